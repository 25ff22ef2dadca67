"""The rounds: who leads collects for a moment what waits, decides over all of it at once, and makes offers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

import structlog

from services.matching.domain.assignment.cost import Weights
from services.matching.domain.assignment.solver import warm_up
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.searches.offering import next_ask, offered
from services.matching.domain.searches.search import Search
from services.matching.ports import Context
from services.matching.rounds.candidates import Candidate, Gathering, Hunt, Look
from services.matching.rounds.pairing import decided
from services.matching.rounds.search_cache import Board
from services.matching.rounds.standby import Queueing
from services.matching.saving.changes import SOURCE, change_search
from services.runtime.change import Cause
from services.runtime.errors import Away

SHORTEST_PAUSE_S = 0.02
OnRound = Callable[[Sequence[Hunt], AbstractSet[str], Mapping[str, Driver | None]], None]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pace:
    """Real seconds. `window_s`: between the beginnings of two rounds; a round after a quiet time begins at once.

    `look_again_s`: until a search that could ask nobody looks again by itself; `review_s`: between two looks at the database.
    """

    window_s: float
    look_again_s: float
    review_s: float


class Rounds:
    """Runs in the process that leads; correctness does not depend on there being only one."""

    def __init__(
        self,
        context: Context,
        board: Board,
        queueing: Queueing,
        gathering: Gathering,
        pace: Pace,
        weights: Weights,
        on_round: OnRound,
    ) -> None:
        self._context = context
        self._board = board
        self._queueing = queueing
        self._gathering = gathering
        self._pace = pace
        self._weights = weights
        self._on_round = on_round
        self._wake = asyncio.Event()
        self._began = float("-inf")
        self._warming: asyncio.Task[None] | None = None

    def search_changed(self, key: str) -> None:
        """Look at it in the next round."""
        self._board.changed(key)
        self._wake.set()

    def driver_available(self, driver_id: str) -> None:
        """Look for everybody in the next round: he can be asked."""
        self._gathering.available(driver_id)
        self._board.look_again()
        self._wake.set()

    async def lead(self) -> None:
        """Until cancelled. Raises `Away`; called again, it begins from the database."""
        self._board.clear()
        self._gathering.clear()
        if self._warming is None:
            self._warming = asyncio.create_task(asyncio.to_thread(warm_up), name="solver")
        while True:
            self._wake.clear()
            await self._board.refresh(self._pace.review_s)
            await self._collect()
            await self._round()
            try:
                async with asyncio.timeout(self._pause()):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _collect(self) -> None:
        """Where rounds follow each other, what comes within the window is decided together."""
        early = self._began + self._pace.window_s - monotonic()
        if early > 0 and self._hunts(self._context.clock.now()):
            await asyncio.sleep(early)
            await self._board.refresh(self._pace.review_s)

    async def _round(self) -> None:
        now = self._context.clock.now()
        hunts = self._hunts(now)
        if not hunts:
            return
        self._began = monotonic()
        waited = {hunt.entry.key: hunt.entry.search.waited_s(now) for hunt in hunts}
        look = Look(self._board.asked_drivers(), self._context.rules, now)
        pairs = await self._queueing.served(hunts, look)
        served = {hunt.entry.key for hunt, _ in pairs}
        look = replace(look, taken=look.taken | {candidate.driver.driver_id for _, candidate in pairs})
        rest = [hunt for hunt in hunts if hunt.entry.key not in served]
        pairs += await decided(rest, waited, self._gathering, look, self._weights)
        await self._offer_all(pairs)
        self._on_round(hunts, self._board.asked_drivers(), look.drivers)
        self._space(hunts, {hunt.entry.key for hunt, _ in pairs})

    def _hunts(self, now: datetime) -> list[Hunt]:
        real = monotonic()
        return [
            Hunt(entry, entry.search.wanted, min(entry.round, len(entry.search.wanted.policy.radii_m) - 1))
            for entry in self._board.entries()
            if entry.search.wanted is not None
            and entry.not_before <= real
            and self._is_due(entry.search, now)
        ]

    def _is_due(self, search: Search, now: datetime) -> bool:
        due = next_ask(search, self._context.rules)
        return due is not None and due <= now and search.policy is not None and now < search.policy.until

    async def _offer_all(self, pairs: list[tuple[Hunt, Candidate]]) -> None:
        """One that fails costs its own search a round, not the others theirs. Raises `Away`."""
        results = await asyncio.gather(
            *(self._offer(hunt, candidate) for hunt, candidate in pairs), return_exceptions=True
        )
        for (hunt, _), result in zip(pairs, results, strict=True):
            if isinstance(result, Away):
                raise result
            if isinstance(result, BaseException):
                log.error("offer.failed", order_id=hunt.entry.key, error=type(result).__name__)
                self._board.changed(hunt.entry.key)

    async def _offer(self, hunt: Hunt, candidate: Candidate) -> None:
        now = self._context.clock.now()
        cause = Cause(SOURCE, hunt.wanted.asked_by, now, traceparent=hunt.wanted.trace, remembered=False)

        def decide(search: Search | None) -> Search | None:
            if search is None:
                return None
            seen = candidate.seen
            return offered(
                search, seen.driver_id, seen.straight_m, hunt.round, self._context.rules, now, candidate.way
            )

        written = await change_search(self._context, hunt.entry.key, cause, decide, by="matching")
        if written is None:
            self._board.changed(hunt.entry.key)
        else:
            self._board.wrote(hunt.entry, written)

    def _space(self, hunts: list[Hunt], asked: set[str]) -> None:
        """Who could ask nobody looks a radius further next time, and at the last one after a pause."""
        for hunt in hunts:
            entry, last = hunt.entry, len(hunt.wanted.policy.radii_m) - 1
            entry.round = hunt.round
            if entry.key in asked:
                continue
            if entry.round == last:
                entry.not_before = monotonic() + self._pace.look_again_s
            entry.round = min(entry.round + 1, last)

    def _pause(self) -> float:
        """Real seconds until a search may ask again; without any, until the next review."""
        now, real = self._context.clock.now(), monotonic()
        pause = self._pace.review_s
        for entry in self._board.entries():
            due = next_ask(entry.search, self._context.rules)
            if due is None:
                continue
            business = max(0.0, (due - now).total_seconds()) / self._context.clock.speed
            pause = min(pause, max(business, entry.not_before - real, SHORTEST_PAUSE_S))
        return pause
