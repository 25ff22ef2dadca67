"""Finds who may be asked for the searches of a round: rings around each pick-up, eligibility, the way by road."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic

from services.matching.domain.asking import Rules, may_ask, times_asked
from services.matching.domain.driver import Driver
from services.matching.domain.eligibility import against, not_available
from services.matching.domain.reserving import in_the_way
from services.matching.domain.roads import Way
from services.matching.domain.search import Wanted
from services.matching.handlers.board import Entry
from services.matching.handlers.reading import Reading
from services.matching.ports import Approach, Radar, Roads, Sighting, Spot, Store

# More of them change a round's total cost by less than 1 % (docs/matching.md); each must be read from the database.
CANDIDATES = 24
# Where so many orders compete for so many drivers that some are left out, they get more.
MOST_CANDIDATES = 400
GROWTH = 4
UNMEASURED = Way(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A driver who may be asked. `asked`: how often he was, in this attempt."""

    seen: Sighting
    driver: Driver
    asked: int
    way: Way


@dataclass(slots=True)
class Hunt:
    """One search in a round. `round`: index of the radius it has reached."""

    entry: Entry
    wanted: Wanted
    round: int
    candidates: list[Candidate] = field(default_factory=list)

    def spot(self) -> Spot:
        """Where it looks."""
        return Spot(self.wanted.pickup.lat, self.wanted.pickup.lng, self.wanted.policy.radii_m[self.round])

    def goes_on(self, most: int, *, more: bool) -> bool:
        """Whether it looks again: further behind those it has seen, or wider where nobody may be asked."""
        if len(self.candidates) >= most or more:
            return len(self.candidates) < most
        if self.candidates or self.round + 1 >= len(self.wanted.policy.radii_m):
            return False
        self.round += 1
        return True


@dataclass(frozen=True, slots=True)
class Look:
    """What holds for a whole round. `taken`: drivers who hold an offer; `drivers`: those read so far."""

    taken: AbstractSet[str]
    rules: Rules
    now: datetime
    drivers: dict[str, Driver | None] = field(default_factory=dict)


class Gathering:
    """`again_s`: real seconds until a driver who was not available is read again, unless a nudge tells that he is."""

    def __init__(self, drivers: Store[Driver], radar: Radar, roads: Roads, fresh: timedelta, again_s: float) -> None:
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
            nearby = self._radar.around([hunt.spot() for hunt in looking], look.now - self._fresh, enough, without)
            seen = [nearby.of(number) for number in range(len(looking))]
            await self._read({each.driver_id for some in seen for each in some}, look.drivers)
            for hunt, some in zip(looking, seen, strict=True):
                hunt.candidates = _candidates(hunt, some, look)[:most]
            looking = [hunt for hunt, some in zip(looking, seen, strict=True) if hunt.goes_on(most, more=len(some) >= enough)]
            enough *= GROWTH
        await self._measure([hunt for hunt in hunts if hunt.candidates], look.now)

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

    async def _measure(self, hunts: list[Hunt], now: datetime) -> None:
        approaches = [Approach(hunt.wanted.pickup.lat, hunt.wanted.pickup.lng, [each.seen for each in hunt.candidates]) for hunt in hunts]
        for hunt, ways in zip(hunts, await self._roads.ways(approaches, now), strict=True):
            hunt.candidates = [replace(each, way=way) for each, way in zip(hunt.candidates, ways, strict=True)]


def _candidates(hunt: Hunt, seen: list[Sighting], look: Look) -> list[Candidate]:
    search = hunt.entry.search
    found = []
    for each in seen:
        driver = look.drivers[each.driver_id]
        if driver is None or not may_ask(search, each.driver_id, look.rules) or not _may(driver, hunt.wanted, look.now):
            continue
        if not in_the_way(driver, hunt.wanted, each.straight_m, look.rules, look.now):
            found.append(Candidate(each, driver, times_asked(search, each.driver_id), UNMEASURED))
    return found


def _may(driver: Driver, wanted: Wanted, now: datetime) -> bool:
    return not against(driver, wanted.requirements, now) and not not_available(driver)
