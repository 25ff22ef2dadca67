"""Three policies: rounds over all orders, the nearest driver first, and an offer to every driver at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from services.matching.domain.pairing.cost import Weights
from services.matching.domain.searches.offering import is_due, next_offer_at, offered
from services.matching.rounds.candidates import CANDIDATES, CandidateFinder
from services.matching.rounds.pairing import pair
from services.matching.rounds.round import Candidate, Pair, RoundSearch, RoundState
from tests.bench.matching.broadcast import Broadcast
from tests.bench.matching.day import Day
from tests.bench.matching.documents import RULES, Case

Pairs: TypeAlias = list[Pair]
Choose: TypeAlias = Callable[
    [list[RoundSearch], dict[str, float], CandidateFinder, RoundState], Awaitable[Pairs]
]

# Idle drivers stand still here, and each driver who becomes free lets every search look again: nothing is
# missed.
LOOK_AGAIN_S = 20.0


class Rounds:
    """The timing of `rounds/rounds.py` on the bench's clock; the policy chooses the pairs."""

    def __init__(self, day: Day, choose: Choose, window_s: float) -> None:
        self._day = day
        self._choose = choose
        self._window_s = window_s
        self._began = -window_s
        self._planned: float | None = None
        day.on_change = self._soon

    def _soon(self) -> None:
        self._plan(max(self._day.t, self._began + self._window_s))

    def _plan(self, t: float) -> None:
        if self._planned is None or t < self._planned:
            self._planned = t
            self._day.at(t, self._round, t)

    async def _round(self, planned: float) -> None:
        day = self._day
        if planned != self._planned:
            return
        self._planned = None
        searches = [self._round_search(case) for case in day.open.values() if self._is_due(case)]
        if searches:
            self._began = day.t
            waited = {search.key: search.cached.search.waited_s(day.now) for search in searches}
            state = RoundState(frozenset(day.fleet.asked | day.fleet.unavailable()), RULES, day.now)
            pairs = await self._choose(searches, waited, day.finder, state)
            for search, candidate in pairs:
                self._offer(search, candidate)
            self._space(searches, {search.key for search, _ in pairs})
        self._plan_next()

    def _offer(self, search: RoundSearch, candidate: Candidate) -> None:
        case, seen = self._day.cases[search.key], candidate.seen
        after = offered(
            search.cached.search,
            seen.driver_id,
            seen.straight_m,
            search.radius_index,
            RULES,
            self._day.now,
            candidate.travel,
        )
        if after is not None:
            case.cached.search = after
            self._day.asked(case, after.offers[-1])

    def _space(self, searches: list[RoundSearch], asked: set[str]) -> None:
        for search in searches:
            cached, last = search.cached, len(search.trip.policy.radii_m) - 1
            if cached.key not in asked and search.radius_index == last:
                cached.not_before = self._day.t + LOOK_AGAIN_S
            cached.radius_index = (
                search.radius_index if cached.key in asked else min(search.radius_index + 1, last)
            )

    def _round_search(self, case: Case) -> RoundSearch:
        return RoundSearch(case.cached, case.trip, case.cached.radius_index)

    def _is_due(self, case: Case) -> bool:
        cached = case.cached
        return cached.not_before <= self._day.t and is_due(cached.search, RULES, self._day.now)

    def _plan_next(self) -> None:
        day = self._day
        for case in day.open.values():
            due = next_offer_at(case.cached.search, RULES)
            if due is not None:
                waits = max(0.0, (due - day.now).total_seconds())
                self._plan(
                    max(day.t + waits, case.cached.not_before, self._began + max(self._window_s, 0.001))
                )


def batched(day: Day, weights: Weights | None = None, window_s: float = 1.0) -> None:
    """Rounds, as Gancang does it."""
    weighed = weights or Weights()

    async def choose(
        searches: list[RoundSearch], waited: dict[str, float], finder: CandidateFinder, state: RoundState
    ) -> Pairs:
        return await pair(searches, waited, finder, state, weighed)

    Rounds(day, choose, window_s)


def nearest_first(day: Day) -> None:
    """As Gancang did it before: each order at once, urgent first, to the nearest driver not yet asked."""

    async def choose(
        searches: list[RoundSearch], _: dict[str, float], finder: CandidateFinder, state: RoundState
    ) -> Pairs:
        await finder.find(searches, state, CANDIDATES)
        return greedy([(search, candidate) for search in searches for candidate in search.candidates])

    Rounds(day, choose, 0.0)


def greedy(pairs: Pairs) -> Pairs:
    """At most one pair for each order and driver, the best first."""
    chosen, orders, drivers = [], set(), set()
    for search, candidate in sorted(pairs, key=_rank):
        order_id, driver_id = search.key, candidate.seen.driver_id
        if order_id not in orders and driver_id not in drivers:
            chosen.append((search, candidate))
            orders.add(order_id)
            drivers.add(driver_id)
    return chosen


def _rank(chosen: Pair) -> tuple[int, int, float, str, str]:
    search, candidate = chosen
    return (
        -search.trip.priority,
        candidate.asked,
        candidate.seen.straight_m,
        search.key,
        candidate.seen.driver_id,
    )


POLICIES: dict[str, Callable[[Day], object]] = {
    "batched rounds": batched,
    "rounds of 4 s": lambda day: batched(day, window_s=4.0),
    "nearest first": nearest_first,
    "broadcast": Broadcast,
}
