"""The values of one round: its searches, their candidates, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.eligibility import ineligibility_for, unavailability
from services.matching.domain.ground.travel import Travel
from services.matching.domain.searches.offering import OfferRules
from services.matching.domain.searches.search import TripRequest
from services.matching.ports import Circle, Sighting
from services.matching.rounds.search_cache import CachedSearch


class Candidate(NamedTuple):
    """A driver who may get the offer. `asked`: how many offers of this search they got, in this attempt."""

    seen: Sighting
    driver: Driver
    asked: int
    travel: Travel


@dataclass(slots=True)
class RoundSearch:
    """A search in a round.

    `radius_index`: the radius it has reached; `near`: who may get the offer, nearest first.
    """

    cached: CachedSearch
    trip: TripRequest
    radius_index: int
    near: list[Sighting] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key of the search."""
        return self.cached.key

    def area(self) -> Circle:
        """Where to look for drivers."""
        radius_m = self.trip.policy.radii_m[self.radius_index]
        return Circle(self.trip.pickup.lat, self.trip.pickup.lng, radius_m)

    def goes_on(self, most: int, *, more: bool) -> bool:
        """Whether to look again: behind the drivers found, or within the next radius where none was found.

        `more`: there are further drivers within the radius. Widens the radius.
        """
        if len(self.near) >= most or more:
            return len(self.near) < most
        if self.near or self.radius_index + 1 >= len(self.trip.policy.radii_m):
            return False
        self.radius_index += 1
        return True


Pair = tuple[RoundSearch, Candidate]


@dataclass(frozen=True, slots=True)
class RoundState:
    """What holds for a whole round.

    `taken`: drivers with an open offer; `drivers`: the documents read so far.

    `fit`: for each kind of requirements, which drivers meet them; `committed`: drivers with a reservation.
    """

    taken: AbstractSet[str]
    rules: OfferRules
    now: datetime
    drivers: dict[str, Driver | None] = field(default_factory=dict)
    fit: dict[str, dict[str, bool]] = field(default_factory=dict)
    committed: set[str] = field(default_factory=set)

    def fits(self, driver_ids: Iterable[str], trip: TripRequest) -> Mapping[str, bool]:
        """Whether each driver is available and meets the requirements.

        Judged once a round, however many orders are near.
        """
        known = self.fit.setdefault(trip.requirements.model_dump_json(), {})
        for driver_id in driver_ids:
            if driver_id not in known:
                driver = self.drivers[driver_id]
                known[driver_id] = (
                    driver is not None
                    and not unavailability(driver)
                    and not ineligibility_for(driver, trip.requirements, self.now)
                )
                if driver is not None and driver.commitments:
                    self.committed.add(driver_id)
        return known
