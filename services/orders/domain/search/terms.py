"""The rules of a search for a driver: values that travel with the order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.values import SearchPolicy


@dataclass(frozen=True, slots=True)
class SearchRules:
    """How to search in one kind of area.

    `radii_m`: the radius of each round. `life_s`: how long the search lasts. `window_s`: how long a driver
    has to answer an offer; `grace_s`: added for late answers. `open_offers`: how many offers are open at
    once.
    """

    radii_m: tuple[int, ...]
    life_s: int
    window_s: int = 15
    grace_s: int = 2
    open_offers: int = 3

    def policy(self, now: datetime) -> SearchPolicy:
        """The policy of a search that starts now, as matching reads it."""
        return SearchPolicy(
            radii_m=list(self.radii_m),
            window_s=self.window_s,
            grace_s=self.grace_s,
            open_offers=self.open_offers,
            until=now + timedelta(seconds=self.life_s),
        )
