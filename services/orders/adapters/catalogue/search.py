"""`[search.town]`, `[search.rural]`, `[schedule]`: how to search for a driver, and when."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.orders.adapters.catalogue.strict import Positive, Strict
from services.orders.domain.booking.terms import ScheduleRules
from services.orders.domain.search.terms import SearchRules


class SearchSection(Strict):
    """`[search.town]` or `[search.rural]`. `radii_m`: the radius of each round; times are in seconds."""

    radii_m: Annotated[list[Positive], Field(min_length=1, max_length=20)]
    life_s: Positive
    window_s: Positive
    grace_s: Annotated[int, Field(ge=0)]
    open_offers: Annotated[int, Field(ge=1, le=10)]

    def rules(self) -> SearchRules:
        """The rules of the domain."""
        return SearchRules(tuple(self.radii_m), self.life_s, self.window_s, self.grace_s, self.open_offers)


class SearchSections(Strict):
    """`town`: for pick-ups in the town's districts; `rural`: in all others."""

    town: SearchSection
    rural: SearchSection


class ScheduleSection(Strict):
    """`[schedule]`: how far ahead the service is booked, and when the searches begin before the pick-up.

    `late_min`: minutes after the pick-up at which a search no longer begins. `takes_min`: how long the
    driver is bound, where that is longer than the ride.
    """

    required: bool = False
    horizon_days: Annotated[int, Field(ge=1, le=365)]
    search_before_min: Annotated[
        list[Annotated[int, Field(ge=1, le=1440)]], Field(min_length=1, max_length=10)
    ]
    late_min: Annotated[int, Field(ge=1, le=1440)]
    takes_min: Annotated[int, Field(ge=1, le=1440)] | None = None

    def rules(self) -> ScheduleRules:
        """The rules of the domain."""
        return ScheduleRules(
            self.required, self.horizon_days, tuple(self.search_before_min), self.late_min, self.takes_min
        )
