"""Finds who may be asked for the searches of a round: rings around each pick-up, eligibility, the way by road."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import NamedTuple

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.eligibility import against, not_available
from services.matching.domain.drivers.reservations import in_the_way
from services.matching.domain.ground.travel import Way
from services.matching.domain.searches.offering import Rules, may_ask, times_asked
from services.matching.domain.searches.search import Wanted
from services.matching.ports import Approach, Radar, Roads, Sighting, Spot
from services.matching.rounds.bulk_reader import Reading
from services.matching.rounds.search_cache import Entry
from services.runtime.change import Store

# More of them change a round's total cost by less than 1 % (docs/matching.md); each must be read from the database.
CANDIDATES = 24
GROWTH = 4


class Candidate(NamedTuple):
    """A driver who may be asked. `asked`: how often he was, in this attempt."""

    seen: Sighting
    driver: Driver
    asked: int
    way: Way


@dataclass(slots=True)
class Hunt:
    """One search in a round. `round`: index of the radius it has reached; `near`: who may be asked, the nearest first."""

    entry: Entry
    wanted: Wanted
    round: int
    near: list[Sighting] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)

    def spot(self) -> Spot:
        """Where it looks."""
        return Spot(self.wanted.pickup.lat, self.wanted.pickup.lng, self.wanted.policy.radii_m[self.round])

    def goes_on(self, most: int, *, more: bool) -> bool:
        """Whether it looks again: further behind those it has seen, or wider where nobody may be asked."""
        if len(self.near) >= most or more:
            return len(self.near) < most
        if self.near or self.round + 1 >= len(self.wanted.policy.radii_m):
            return False
        self.round += 1
        return True


@dataclass(frozen=True, slots=True)
class Look:
    """What holds for a whole round. `taken`: drivers who hold an offer; `drivers`: those read so far.

    `fit`: for each kind of requirements, which of them meet these; `booked`: who of them has taken an order ahead of its time.
    """

    taken: AbstractSet[str]
    rules: Rules
    now: datetime
    drivers: dict[str, Driver | None] = field(default_factory=dict)
    fit: dict[str, dict[str, bool]] = field(default_factory=dict)
    booked: set[str] = field(default_factory=set)

    def fits(self, driver_ids: Iterable[str], wanted: Wanted) -> Mapping[str, bool]:
        """Each driver is judged once a round, however many orders he is near to."""
        known = self.fit.setdefault(wanted.requirements.model_dump_json(), {})
        for driver_id in driver_ids:
            if driver_id not in known:
                driver = self.drivers[driver_id]
                known[driver_id] = (
                    driver is not None
                    and not not_available(driver)
                    and not against(driver, wanted.requirements, self.now)
                )
                if driver is not None and driver.held:
                    self.booked.add(driver_id)
        return known


class Gathering:
    """`again_s`: real seconds until a driver who was not available is read again, unless a nudge tells that he is."""

    def __init__(
        self, drivers: Store[Driver], radar: Radar, roads: Roads, fresh: timedelta, again_s: float
    ) -> None:
        self._reading = Reading(drivers, "driver")
        self._radar = radar
        self._roads = roads
        self._fresh = fresh
        self._again_s = again_s
        self._away: dict[str, float] = {}

    def clear(self) -> None:
        """Forget who was not available."""
        self._away.clear()

    def available(self, driver_id: str) -> None:
        """He can be asked."""
        self._away.pop(driver_id, None)

    async def gather(self, hunts: list[Hunt], look: Look, most: int = CANDIDATES) -> None:
        """Give each hunt its candidates, the nearest `most` of those who may be asked. Raises `DatabaseAway`."""
        real = monotonic()
        self._away = {driver_id: until for driver_id, until in self._away.items() if until > real}
        without = look.taken | self._away.keys()
        looking, enough = hunts, most
        while looking:
            nearby = self._radar.around(
                [hunt.spot() for hunt in looking], look.now - self._fresh, enough, without
            )
            seen = [nearby.of(number) for number in range(len(looking))]
            await self._read({each.driver_id for some in seen for each in some}, look.drivers)
            for hunt, some in zip(looking, seen, strict=True):
                hunt.near = _askable(hunt, some, look)[:most]
            looking = [
                hunt
                for hunt, some in zip(looking, seen, strict=True)
                if hunt.goes_on(most, more=len(some) >= enough)
            ]
            enough *= GROWTH
        await self._measure(hunts, look)

    async def _read(self, ids: set[str], known: dict[str, Driver | None]) -> None:
        """Candidates are read before they are asked: another process may have written them."""
        wanted = ids - known.keys()
        stored = await self._reading.several(wanted)
        until = monotonic() + self._again_s
        for driver_id in wanted:
            found = stored.get(driver_id)
            known[driver_id] = found.state if found is not None else None
            if found is not None and not_available(found.state):
                self._away[driver_id] = until

    async def _measure(self, hunts: list[Hunt], look: Look) -> None:
        found = [hunt for hunt in hunts if hunt.near]
        approaches = [Approach(hunt.wanted.pickup.lat, hunt.wanted.pickup.lng, hunt.near) for hunt in found]
        for hunt, ways in zip(found, await self._roads.ways(approaches, look.now), strict=True):
            search = hunt.entry.search
            asked = {offer.driver_id: times_asked(search, offer.driver_id) for offer in search.offers}
            hunt.candidates = [
                Candidate(seen, driver, asked.get(seen.driver_id, 0), way)
                for seen, way in zip(hunt.near, ways, strict=True)
                if (driver := look.drivers[seen.driver_id]) is not None
            ]


def _askable(hunt: Hunt, seen: list[Sighting], look: Look) -> list[Sighting]:
    search, wanted = hunt.entry.search, hunt.wanted
    fits = look.fits([each.driver_id for each in seen], wanted)
    not_again = {
        *search.excluded,
        *(offer.driver_id for offer in search.offers if not may_ask(search, offer.driver_id, look.rules)),
    }
    found = [each for each in seen if fits[each.driver_id] and each.driver_id not in not_again]
    if look.booked.isdisjoint(each.driver_id for each in found):
        return found
    return [
        each for each in found if each.driver_id not in look.booked or not _in_the_way(each, wanted, look)
    ]


def _in_the_way(seen: Sighting, wanted: Wanted, look: Look) -> bool:
    driver = look.drivers[seen.driver_id]
    return driver is not None and in_the_way(driver, wanted, seen.straight_m, look.rules, look.now)
