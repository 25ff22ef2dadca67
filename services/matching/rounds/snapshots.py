"""Write down why each driver near a search gets an offer or not, after the rounds and at a bounded pace.

A snapshot is an explanation, not a promise: one that cannot be written soon is dropped and counted.
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
from services.matching.domain.explain.snapshot import NearbyDriver, Snapshot, take_snapshot
from services.matching.domain.searches.search import Search, TripRequest
from services.matching.ports import Approach, Circle, Context, Roads, Sighting, SnapshotStore, SpatialIndex
from services.matching.rounds.bulk_reader import BulkReader
from services.matching.rounds.round import RoundSearch
from services.runtime.errors import Away

NEAREST = 24
# So many at once hold the event loop for a few milliseconds; docs/adr/0012 has the measurement.
AT_ONCE, PAUSE_S = 16, 0.2
MOST_WAITING = 2_000
MOST_KNOWN = 10_000
AGAIN_S = 2.0
WRITE_S = 2.0
# The positions forget a driver who was silent for longer than so many times the freshness.
SILENT = 10
LOOKS = Counter("gancang_looks_total", "Explanations of searches, by what became of them", ["outcome"])
WRITTEN, DROPPED = LOOKS.labels("written"), LOOKS.labels("dropped")
Fingerprint: TypeAlias = tuple[int, ...]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PendingSnapshot:
    """A search as a round has left it.

    `asked`: drivers with an open offer; `drivers`: the documents that the round has read.
    """

    of: RoundSearch
    trip: TripRequest
    search: Search
    radius_index: int
    asked: AbstractSet[str]
    drivers: Mapping[str, Driver | None]

    def area(self) -> Circle:
        """The widest radius of the search."""
        return Circle(self.trip.pickup.lat, self.trip.pickup.lng, max(self.trip.policy.radii_m))

    def fingerprint(self) -> Fingerprint:
        """Differs when the search has changed."""
        return (
            self.search.attempt,
            self.radius_index,
            len(self.search.offers),
            len(self.search.open_offers),
        )


class SnapshotWriter:
    """A worker of the service; it has work only in the process that leads."""

    def __init__(
        self, context: Context, index: SpatialIndex, roads: Roads, store: SnapshotStore, fresh: timedelta
    ) -> None:
        self._context = context
        self._index = index
        self._roads = roads
        self._store = store
        self._fresh = fresh
        self._reader = BulkReader(context.drivers, "driver")
        self._pending: dict[str, PendingSnapshot] = {}
        self._known: dict[str, tuple[Fingerprint, float]] = {}
        self._wake = asyncio.Event()

    def after_round(
        self,
        searches: Sequence[RoundSearch],
        asked: AbstractSet[str],
        drivers: Mapping[str, Driver | None],
    ) -> None:
        """Queue a snapshot of each search that has changed; costs the round next to nothing."""
        for each in searches:
            pending = PendingSnapshot(each, each.trip, each.cached.search, each.radius_index, asked, drivers)
            before, at = self._known.get(each.key, (None, 0.0))
            if pending.fingerprint() == before and monotonic() - at < AGAIN_S:
                continue
            if each.key not in self._pending and len(self._pending) >= MOST_WAITING:
                DROPPED.inc()
                continue
            self._pending[each.key] = pending
        if self._pending:
            self._wake.set()

    def waiting(self) -> int:
        """How many are not written yet."""
        return len(self._pending)

    async def run(self) -> None:
        """Write until cancelled.

        An unreachable database costs snapshots; reacting to it is the task of others.
        """
        while True:
            await self._wake.wait()
            some = {key: self._pending.pop(key) for key in list(islice(self._pending, AT_ONCE))}
            try:
                async with asyncio.timeout(WRITE_S):
                    await self._store.write(await self._taken(some))
                WRITTEN.inc(len(some))
            except (Away, TimeoutError) as error:
                DROPPED.inc(len(some))
                log.info("looks.dropped", count=len(some), error=type(error).__name__)
            self._remember(some)
            if not self._pending:
                self._wake.clear()
            await asyncio.sleep(PAUSE_S)

    async def _taken(self, some: Mapping[str, PendingSnapshot]) -> dict[str, tuple[str, Snapshot]]:
        now = self._context.clock.now()
        areas = [pending.area() for pending in some.values()]
        nearby = self._index.around(areas, now - SILENT * self._fresh, NEAREST)
        found = [(key, pending, nearby.of(number)) for number, (key, pending) in enumerate(some.items())]
        drivers = await self._documents({each.driver_id for _, _, near in found for each in near}, some)
        return {
            key: (pending.search.order_id, await self._take(pending, near, drivers, now))
            for key, pending, near in found
        }

    async def _documents(
        self, ids: set[str], some: Mapping[str, PendingSnapshot]
    ) -> dict[str, Driver | None]:
        """The documents that the rounds have read, and the rest from the database. Raises `DatabaseAway`."""
        known: dict[str, Driver | None] = {}
        for read in {id(pending.drivers): pending.drivers for pending in some.values()}.values():
            known.update({driver_id: read[driver_id] for driver_id in ids & read.keys()})
        stored = await self._reader.read(ids - known.keys())
        return {**known, **{each: found.state for each, found in stored.items() if found is not None}}

    async def _take(
        self,
        pending: PendingSnapshot,
        near: list[Sighting],
        drivers: Mapping[str, Driver | None],
        now: datetime,
    ) -> Snapshot:
        pickup = pending.trip.pickup
        (rides,) = await self._roads.travel([Approach(pickup.lat, pickup.lng, near)], now)
        measured = {each.driver.driver_id: each.travel for each in pending.of.candidates}
        seen = []
        for each, ride in zip(near, rides, strict=True):
            last = self._context.positions.last(each.driver_id)
            if last is not None:
                seconds = measured.get(each.driver_id, ride).seconds
                seen.append(NearbyDriver(each.driver_id, each.straight_m, last.at, round(seconds)))
        search, rules = pending.search, self._context.rules
        reached, asked = pending.radius_index, pending.asked
        return take_snapshot(search, reached, seen, drivers, asked, rules, self._fresh, now)

    def _remember(self, some: Mapping[str, PendingSnapshot]) -> None:
        at = monotonic()
        for key, pending in some.items():
            self._known.pop(key, None)
            self._known[key] = (pending.fingerprint(), at)
        for key in list(islice(self._known, max(0, len(self._known) - MOST_KNOWN))):
            del self._known[key]
