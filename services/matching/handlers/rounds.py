"""The rounds: who leads looks which searches may ask somebody now, finds candidates, and makes offers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import structlog

from services.matching.domain.asking import may_ask, next_ask, offered, times_asked
from services.matching.domain.choosing import Edge, choose
from services.matching.domain.driver import Driver
from services.matching.domain.eligibility import against, not_available
from services.matching.domain.search import Search, Wanted
from services.matching.handlers.board import Board, Entry
from services.matching.handlers.reading import Reading
from services.matching.handlers.saving import SOURCE, change_search
from services.matching.ports import Desk, Radar, Sighting
from services.runtime.errors import Away
from services.runtime.outbox import Cause

CHUNK = 20
SHORTEST_PAUSE_S = 0.02
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pace:
    """Real seconds between looks, and how old a position may be."""

    round_s: float
    last_round_s: float
    review_s: float
    fresh: timedelta


@dataclass(frozen=True, slots=True)
class Hunt:
    """One search in a round, with the drivers near it who are worth a closer look."""

    entry: Entry
    wanted: Wanted
    near: list[Sighting]


class Rounds:
    """Runs in the process that leads; correctness does not depend on there being only one."""

    def __init__(self, desk: Desk, board: Board, radar: Radar, pace: Pace) -> None:
        self._desk = desk
        self._board = board
        self._radar = radar
        self._pace = pace
        self._wake = asyncio.Event()
        self._away: dict[str, float] = {}
        self._reading = Reading(desk.drivers, "driver")

    def search_changed(self, key: str) -> None:
        """Look at it at once."""
        self._board.changed(key)
        self._wake.set()

    def driver_available(self, driver_id: str) -> None:
        """Look for everybody at once: he can be asked."""
        self._away.pop(driver_id, None)
        self._board.look_again()
        self._wake.set()

    async def lead(self) -> None:
        """Until cancelled. Raises `Away`; called again, it begins from the database."""
        self._board.clear()
        self._away.clear()
        while True:
            self._wake.clear()
            await self._board.refresh(self._pace.review_s)
            await self._round()
            try:
                await asyncio.wait_for(self._wake.wait(), self._pause())
            except TimeoutError:
                continue

    async def _round(self) -> None:
        now = self._desk.clock.now()
        hunts = self._hunts(now)
        if not hunts:
            return
        edges = await self._edges(hunts, now)
        chosen = choose(edges)
        await self._offer_all(chosen)
        self._space(hunts, {edge.order_id for edge in edges}, {edge.order_id for edge in chosen})

    def _hunts(self, now: datetime) -> list[Hunt]:
        real = monotonic()
        self._away = {driver_id: until for driver_id, until in self._away.items() if until > real}
        taken = self._board.asked_drivers() | self._away.keys()
        return [
            self._hunt(entry, entry.search.wanted, taken, now)
            for entry in self._board.entries()
            if entry.search.wanted is not None and entry.not_before <= real and self._is_due(entry.search, now)
        ]

    def _is_due(self, search: Search, now: datetime) -> bool:
        due = next_ask(search, self._desk.rules)
        return due is not None and due <= now and search.policy is not None and now < search.policy.until

    def _hunt(self, entry: Entry, wanted: Wanted, taken: set[str], now: datetime) -> Hunt:
        radius = wanted.policy.radii_m[min(entry.round, len(wanted.policy.radii_m) - 1)]
        found = self._radar.near(wanted.pickup.lat, wanted.pickup.lng, radius, now - self._pace.fresh)
        rules = self._desk.rules
        near = [seen for seen in found if seen.driver_id not in taken and may_ask(entry.search, seen.driver_id, rules)]
        return Hunt(entry, wanted, near)

    async def _edges(self, hunts: list[Hunt], now: datetime) -> list[Edge]:
        """Candidates are read before they are asked: another process may have written them."""
        edges: list[Edge] = []
        start = 0
        while hunts:
            chunks = [(hunt, hunt.near[start : start + CHUNK]) for hunt in hunts]
            drivers = await self._drivers({seen.driver_id for _, chunk in chunks for seen in chunk})
            found = {hunt.entry.key: _edges_of(hunt, chunk, drivers, now) for hunt, chunk in chunks}
            edges += [edge for more in found.values() for edge in more]
            start += CHUNK
            hunts = [hunt for hunt in hunts if not found[hunt.entry.key] and len(hunt.near) > start]
        return edges

    async def _drivers(self, ids: set[str]) -> dict[str, Driver]:
        stored = await self._reading.several(ids)
        drivers = {driver_id: found.state for driver_id, found in stored.items() if found is not None}
        # Who is not available need not be read again and again: a nudge tells when he is, or the next review finds him.
        until = monotonic() + self._pace.review_s
        self._away.update({found: until for found, driver in drivers.items() if not_available(driver)})
        return drivers

    async def _offer_all(self, chosen: list[Edge]) -> None:
        """One that fails costs its own search a round, not the others theirs. Raises `Away`."""
        results = await asyncio.gather(*(self._offer(edge) for edge in chosen), return_exceptions=True)
        for edge, result in zip(chosen, results, strict=True):
            if isinstance(result, Away):
                raise result
            if isinstance(result, BaseException):
                log.error("offer.failed", order_id=edge.order_id, error=type(result).__name__)
                self._board.changed(edge.order_id)

    async def _offer(self, edge: Edge) -> None:
        now = self._desk.clock.now()
        entry = next(entry for entry in self._board.entries() if entry.key == edge.order_id)
        wanted = entry.search.wanted
        if wanted is None:
            return
        cause = Cause(SOURCE, wanted.asked_by, now, traceparent=wanted.trace, remembered=False)

        def decide(search: Search | None) -> Search | None:
            if search is None:
                return None
            return offered(search, edge.driver_id, edge.straight_m, edge.round, self._desk.rules, now)

        written = await change_search(self._desk, edge.order_id, cause, decide, by="matching")
        if written is None:
            self._board.changed(edge.order_id)
        else:
            self._board.wrote(entry, written)

    def _space(self, hunts: list[Hunt], with_candidates: set[str], with_offer: set[str]) -> None:
        """Who found nobody looks further next time; at the last radius he waits longer."""
        for hunt in hunts:
            entry, last = hunt.entry, len(hunt.wanted.policy.radii_m) - 1
            if entry.key in with_offer:
                continue
            pause = self._pace.round_s
            if entry.key not in with_candidates:
                pause = self._pace.round_s if entry.round < last else self._pace.last_round_s
                entry.round = min(entry.round + 1, last)
            entry.not_before = monotonic() + pause

    def _pause(self) -> float:
        """Real seconds until a search may ask again; without any, until the next review."""
        now, real = self._desk.clock.now(), monotonic()
        pause = self._pace.review_s
        for entry in self._board.entries():
            due = next_ask(entry.search, self._desk.rules)
            if due is None:
                continue
            business = max(0.0, (due - now).total_seconds()) / self._desk.clock.speed
            pause = min(pause, max(business, entry.not_before - real, SHORTEST_PAUSE_S))
        return pause


def _edges_of(hunt: Hunt, chunk: list[Sighting], drivers: dict[str, Driver], now: datetime) -> list[Edge]:
    return [
        Edge(
            order_id=hunt.entry.key,
            driver_id=seen.driver_id,
            straight_m=seen.straight_m,
            round=hunt.entry.round,
            asked=times_asked(hunt.entry.search, seen.driver_id),
            priority=hunt.wanted.priority,
        )
        for seen in chunk
        if seen.driver_id in drivers and _may(drivers[seen.driver_id], hunt.wanted, now)
    ]


def _may(driver: Driver, wanted: Wanted, now: datetime) -> bool:
    return not against(driver, wanted.requirements, now) and not not_available(driver)
