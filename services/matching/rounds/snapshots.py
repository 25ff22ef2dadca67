"""Writes down why each driver near a search was asked or not: behind the rounds, at a bounded pace, never instead of them.

It is an explanation, not a promise: what cannot be written soon is dropped and counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from time import monotonic
from typing import TypeAlias

import structlog
from prometheus_client import Counter

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.explain.snapshot import Look, Seen, look
from services.matching.domain.searches.search import Search, Wanted
from services.matching.ports import Approach, Context, LookBook, Radar, Roads, Sighting, Spot
from services.matching.rounds.bulk_reader import Reading
from services.matching.rounds.candidates import Hunt
from services.runtime.errors import Away

NEAREST = 24
# So many at once hold the event loop for a few milliseconds; docs/adr/0012 has the measurement.
AT_ONCE, PAUSE_S = 16, 0.2
MOST_WAITING = 2_000
MOST_KNOWN = 10_000
AGAIN_S = 2.0
WRITE_S = 2.0
# Who was silent for longer than so many times the freshness is forgotten by the positions too.
SILENT = 10
LOOKS = Counter("gancang_looks_total", "Explanations of searches, by what became of them", ["outcome"])
WRITTEN, DROPPED = LOOKS.labels("written"), LOOKS.labels("dropped")
Sign: TypeAlias = tuple[int, ...]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Glance:
    """What a round leaves of one search. `asked`: who holds an offer of any; `drivers`: documents that the round has read."""

    hunt: Hunt
    wanted: Wanted
    search: Search
    round: int
    asked: AbstractSet[str]
    drivers: Mapping[str, Driver | None]

    def spot(self) -> Spot:
        """As far as the search will ever look."""
        return Spot(self.wanted.pickup.lat, self.wanted.pickup.lng, max(self.wanted.policy.radii_m))

    def sign(self) -> Sign:
        """Differs when something of the search has changed."""
        return (self.search.attempt, self.round, len(self.search.offers), len(self.search.open_offers))


class Looking:
    """A worker of the service; only where somebody leads is there anything to do."""

    def __init__(
        self, context: Context, radar: Radar, roads: Roads, book: LookBook, fresh: timedelta
    ) -> None:
        self._context = context
        self._radar = radar
        self._roads = roads
        self._book = book
        self._fresh = fresh
        self._reading = Reading(context.drivers, "driver")
        self._waiting: dict[str, Glance] = {}
        self._known: dict[str, tuple[Sign, float]] = {}
        self._wake = asyncio.Event()

    def glanced(
        self, hunts: Sequence[Hunt], asked: AbstractSet[str], drivers: Mapping[str, Driver | None]
    ) -> None:
        """A round is over; costs it next to nothing."""
        for hunt in hunts:
            glance = Glance(hunt, hunt.wanted, hunt.entry.search, hunt.round, asked, drivers)
            before, at = self._known.get(hunt.entry.key, (None, 0.0))
            if glance.sign() == before and monotonic() - at < AGAIN_S:
                continue
            if hunt.entry.key not in self._waiting and len(self._waiting) >= MOST_WAITING:
                DROPPED.inc()
                continue
            self._waiting[hunt.entry.key] = glance
        if self._waiting:
            self._wake.set()

    def waiting(self) -> int:
        """How many are not written yet."""
        return len(self._waiting)

    async def run(self) -> None:
        """Until cancelled. A database that is away is for others to notice."""
        while True:
            await self._wake.wait()
            some = {key: self._waiting.pop(key) for key in list(islice(self._waiting, AT_ONCE))}
            try:
                async with asyncio.timeout(WRITE_S):
                    await self._book.write(await self._looks(some))
                WRITTEN.inc(len(some))
            except (Away, TimeoutError) as error:
                DROPPED.inc(len(some))
                log.info("looks.dropped", count=len(some), error=type(error).__name__)
            self._remember(some)
            if not self._waiting:
                self._wake.clear()
            await asyncio.sleep(PAUSE_S)

    async def _looks(self, glances: Mapping[str, Glance]) -> dict[str, tuple[str, Look]]:
        now = self._context.clock.now()
        nearby = self._radar.around(
            [glance.spot() for glance in glances.values()], now - SILENT * self._fresh, NEAREST
        )
        found = [(key, glance, nearby.of(number)) for number, (key, glance) in enumerate(glances.items())]
        drivers = await self._documents({each.driver_id for _, _, near in found for each in near}, glances)
        return {
            key: (glance.search.order_id, await self._look(glance, near, drivers, now))
            for key, glance, near in found
        }

    async def _documents(self, ids: set[str], glances: Mapping[str, Glance]) -> dict[str, Driver | None]:
        """What the rounds have read already, and the rest from the database. Raises `DatabaseAway`."""
        known: dict[str, Driver | None] = {}
        for read in {id(glance.drivers): glance.drivers for glance in glances.values()}.values():
            known.update({name: read[name] for name in ids & read.keys()})
        stored = await self._reading.several(ids - known.keys())
        return {**known, **{name: found.state for name, found in stored.items() if found is not None}}

    async def _look(
        self, glance: Glance, near: list[Sighting], drivers: Mapping[str, Driver | None], now: datetime
    ) -> Look:
        (ways,) = await self._roads.ways(
            [Approach(glance.wanted.pickup.lat, glance.wanted.pickup.lng, near)], now
        )
        measured = {each.driver.driver_id: each.way for each in glance.hunt.candidates}
        seen = []
        for each, way in zip(near, ways, strict=True):
            last = self._context.whereabouts.seen(each.driver_id)
            if last is not None:
                seconds = measured.get(each.driver_id, way).seconds
                seen.append(Seen(each.driver_id, each.straight_m, last.at, round(seconds)))
        return look(
            glance.search, glance.round, seen, drivers, glance.asked, self._context.rules, self._fresh, now
        )

    def _remember(self, glances: Mapping[str, Glance]) -> None:
        at = monotonic()
        for key, glance in glances.items():
            self._known.pop(key, None)
            self._known[key] = (glance.sign(), at)
        for key in list(islice(self._known, max(0, len(self._known) - MOST_KNOWN))):
            del self._known[key]
