"""The rounds of the leading process: collect open searches, pair all of them with drivers, make offers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

import structlog

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.pairing.cost import Weights
from services.matching.domain.pairing.solver import warm_up
from services.matching.domain.searches.offering import is_due, next_offer_at, offered
from services.matching.domain.searches.search import Search
from services.matching.ports import Context
from services.matching.rounds.candidates import CandidateFinder
from services.matching.rounds.pairing import pair
from services.matching.rounds.round import Candidate, Pair, RoundSearch, RoundState
from services.matching.rounds.search_cache import SearchCache
from services.matching.rounds.standby import StandbyPairing
from services.matching.saving.causes import MATCHING, SOURCE
from services.matching.saving.changes import change_search
from services.runtime.change import Cause
from services.runtime.errors import Away

SHORTEST_PAUSE_S = 0.02
AfterRound = Callable[[Sequence[RoundSearch], AbstractSet[str], Mapping[str, Driver | None]], None]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RoundTiming:
    """Real seconds.

    `window_s`: between the beginnings of two rounds; a round after a quiet time begins at once.

    `look_again_s`: until a search without a candidate joins a round again; `review_s`: between two reviews of
    the cache.
    """

    window_s: float
    look_again_s: float
    review_s: float


class Rounds:
    """Runs in the process that leads; correctness does not depend on there being only one."""

    def __init__(
        self,
        context: Context,
        cache: SearchCache,
        standby: StandbyPairing,
        finder: CandidateFinder,
        timing: RoundTiming,
        weights: Weights,
        after_round: AfterRound,
    ) -> None:
        self._context = context
        self._cache = cache
        self._standby = standby
        self._finder = finder
        self._timing = timing
        self._weights = weights
        self._after_round = after_round
        self._wake = asyncio.Event()
        self._began = float("-inf")
        self._warming: asyncio.Task[None] | None = None

    def search_changed(self, key: str) -> None:
        """Read this search again for the next round."""
        self._cache.changed(key)
        self._wake.set()

    def driver_available(self, driver_id: str) -> None:
        """Let every search join the next round: this driver may get offers."""
        self._finder.available(driver_id)
        self._cache.look_again()
        self._wake.set()

    async def lead(self) -> None:
        """Run rounds until cancelled. Raises `Away`; the next call begins from the database."""
        self._cache.clear()
        self._finder.clear()
        if self._warming is None:
            self._warming = asyncio.create_task(asyncio.to_thread(warm_up), name="solver")
        while True:
            self._wake.clear()
            await self._cache.refresh(self._timing.review_s)
            await self._collect()
            await self._round()
            try:
                async with asyncio.timeout(self._pause()):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _collect(self) -> None:
        """Wait for the end of the window after a recent round, to decide together what arrives in it."""
        early = self._began + self._timing.window_s - monotonic()
        if early > 0 and self._due(self._context.clock.now()):
            await asyncio.sleep(early)
            await self._cache.refresh(self._timing.review_s)

    async def _round(self) -> None:
        now = self._context.clock.now()
        searches = self._due(now)
        if not searches:
            return
        self._began = monotonic()
        waited = {search.key: search.cached.search.waited_s(now) for search in searches}
        state = RoundState(self._cache.asked_drivers(), self._context.rules, now)
        pairs = await self._standby.pair(searches, state)
        served = {search.key for search, _ in pairs}
        state = replace(state, taken=state.taken | {candidate.driver.driver_id for _, candidate in pairs})
        rest = [search for search in searches if search.key not in served]
        pairs += await pair(rest, waited, self._finder, state, self._weights)
        await self._offer_all(pairs)
        self._after_round(searches, self._cache.asked_drivers(), state.drivers)
        self._space(searches, {search.key for search, _ in pairs})

    def _due(self, now: datetime) -> list[RoundSearch]:
        """The searches that may make an offer now."""
        real, rules, found = monotonic(), self._context.rules, []
        for cached in self._cache.entries():
            trip = cached.search.trip
            if trip is not None and cached.not_before <= real and is_due(cached.search, rules, now):
                last = len(trip.policy.radii_m) - 1
                found.append(RoundSearch(cached, trip, min(cached.radius_index, last)))
        return found

    async def _offer_all(self, pairs: list[Pair]) -> None:
        """A failed offer costs its own search a round, and no other search anything. Raises `Away`."""
        results = await asyncio.gather(
            *(self._offer(search, candidate) for search, candidate in pairs), return_exceptions=True
        )
        for (search, _), result in zip(pairs, results, strict=True):
            if isinstance(result, Away):
                raise result
            if isinstance(result, BaseException):
                log.error("offer.failed", order_id=search.key, error=type(result).__name__)
                self._cache.changed(search.key)

    async def _offer(self, search: RoundSearch, candidate: Candidate) -> None:
        now, seen = self._context.clock.now(), candidate.seen
        cause = Cause(SOURCE, search.trip.asked_by, now, traceparent=search.trip.trace, remembered=False)

        def offer(known: Search | None) -> Search | None:
            if known is None:
                return None
            rules, radius, travel = self._context.rules, search.radius_index, candidate.travel
            return offered(known, seen.driver_id, seen.straight_m, radius, rules, now, travel)

        written = await change_search(self._context, search.key, cause, offer, by=MATCHING)
        if written is None:
            self._cache.changed(search.key)
        else:
            self._cache.wrote(search.cached, written)

    def _space(self, searches: list[RoundSearch], asked: set[str]) -> None:
        """A search without an offer looks a radius further next time; in the last radius after a pause."""
        for search in searches:
            cached, last = search.cached, len(search.trip.policy.radii_m) - 1
            cached.radius_index = search.radius_index
            if cached.key in asked:
                continue
            if cached.radius_index == last:
                cached.not_before = monotonic() + self._timing.look_again_s
            cached.radius_index = min(cached.radius_index + 1, last)

    def _pause(self) -> float:
        """Real seconds until a search may make an offer; without any, until the next review."""
        now, real = self._context.clock.now(), monotonic()
        pause = self._timing.review_s
        for cached in self._cache.entries():
            due = next_offer_at(cached.search, self._context.rules)
            if due is None:
                continue
            business = max(0.0, (due - now).total_seconds()) / self._context.clock.speed
            pause = min(pause, max(business, cached.not_before - real, SHORTEST_PAUSE_S))
        return pause
