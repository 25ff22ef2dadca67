"""Three ways to bring orders and drivers together: rounds over all of them, the nearest first, everybody at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from services.matching.domain.assignment.cost import Weights
from services.matching.domain.searches.offering import next_ask, offered
from services.matching.ports import Spot as Around
from services.matching.rounds.candidates import CANDIDATES, Candidate, Gathering, Hunt, Look
from services.matching.rounds.pairing import decided
from tests.bench.matching.day import Day
from tests.bench.matching.demand import Spot
from tests.bench.matching.documents import LIFE_S, RULES, Case, seconds_between

Pairs: TypeAlias = list[tuple[Hunt, Candidate]]
Choose: TypeAlias = Callable[[list[Hunt], dict[str, float], Gathering, Look], Awaitable[Pairs]]

# Drivers who wait stand still here, and whoever becomes free wakes everybody: nothing is missed.
LOOK_AGAIN_S = 20.0
BROADCAST_WIDENS_S = 15.0
BROADCAST_LOOKS_S = 3.0


class Rounds:
    """The paces of `handlers/rounds.py` on the bench's clock; who is chosen is the policy's business."""

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
        hunts = [self._hunt(case) for case in day.open.values() if self._is_due(case)]
        if hunts:
            self._began = day.t
            waited = {hunt.entry.key: hunt.entry.search.waited_s(day.now) for hunt in hunts}
            look = Look(frozenset(day.fleet.asked | day.fleet.unavailable()), RULES, day.now)
            pairs = await self._choose(hunts, waited, day.gathering, look)
            for hunt, candidate in pairs:
                self._offer(hunt, candidate)
            self._space(hunts, {hunt.entry.key for hunt, _ in pairs})
        self._plan_next()

    def _offer(self, hunt: Hunt, candidate: Candidate) -> None:
        case, seen = self._day.cases[hunt.entry.key], candidate.seen
        after = offered(
            hunt.entry.search,
            seen.driver_id,
            seen.straight_m,
            hunt.round,
            RULES,
            self._day.now,
            candidate.way,
        )
        if after is not None:
            case.entry.search = after
            self._day.asked(case, after.offers[-1])

    def _space(self, hunts: list[Hunt], asked: set[str]) -> None:
        for hunt in hunts:
            entry, last = hunt.entry, len(hunt.wanted.policy.radii_m) - 1
            if entry.key not in asked and hunt.round == last:
                entry.not_before = self._day.t + LOOK_AGAIN_S
            entry.round = hunt.round if entry.key in asked else min(hunt.round + 1, last)

    def _hunt(self, case: Case) -> Hunt:
        return Hunt(case.entry, case.wanted, case.entry.round)

    def _is_due(self, case: Case) -> bool:
        due = next_ask(case.entry.search, RULES)
        return (
            due is not None
            and due <= self._day.now
            and case.entry.not_before <= self._day.t
            and self._day.now < case.wanted.policy.until
        )

    def _plan_next(self) -> None:
        day = self._day
        for case in day.open.values():
            due = next_ask(case.entry.search, RULES)
            if due is not None:
                waits = max(0.0, (due - day.now).total_seconds())
                self._plan(
                    max(day.t + waits, case.entry.not_before, self._began + max(self._window_s, 0.001))
                )


def batched(day: Day, weights: Weights | None = None, window_s: float = 1.0) -> None:
    """What Gancang does."""
    weighed = weights or Weights()

    async def choose(hunts: list[Hunt], waited: dict[str, float], gathering: Gathering, look: Look) -> Pairs:
        return await decided(hunts, waited, gathering, look, weighed)

    Rounds(day, choose, window_s)


def nearest_first(day: Day) -> None:
    """What Gancang did before: each order at once, the urgent first, then the nearest driver who was not asked yet."""

    async def choose(hunts: list[Hunt], _: dict[str, float], gathering: Gathering, look: Look) -> Pairs:
        await gathering.gather(hunts, look, CANDIDATES)
        return greedy([(hunt, candidate) for hunt in hunts for candidate in hunt.candidates])

    Rounds(day, choose, 0.0)


def greedy(pairs: Pairs) -> Pairs:
    """At most one for each order and driver, the best first."""
    chosen, orders, drivers = [], set(), set()
    for hunt, candidate in sorted(pairs, key=_rank):
        order_id, driver_id = hunt.entry.key, candidate.seen.driver_id
        if order_id not in orders and driver_id not in drivers:
            chosen.append((hunt, candidate))
            orders.add(order_id)
            drivers.add(driver_id)
    return chosen


def _rank(pair: tuple[Hunt, Candidate]) -> tuple[int, int, float, str, str]:
    hunt, candidate = pair
    return (
        -hunt.wanted.priority,
        candidate.asked,
        candidate.seen.straight_m,
        hunt.entry.key,
        candidate.seen.driver_id,
    )


class Broadcast:
    """Every free driver within the radius is asked at the same instant; the first who says yes has it."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._told: dict[str, set[str]] = {}
        day.on_change = lambda: None
        self._every()

    def _every(self) -> None:
        for case in list(self._day.open.values()):
            self._tell(case)
        if self._day.t < 2 * 86_400:
            self._day.at(self._day.t + BROADCAST_LOOKS_S, self._every)

    def _tell(self, case: Case) -> None:
        day, radii = self._day, case.wanted.policy.radii_m
        waited = day.t - case.request.at
        if waited >= LIFE_S:
            return
        radius = radii[min(int(waited / BROADCAST_WIDENS_S), len(radii) - 1)]
        told = self._told.setdefault(case.request.order_id, set())
        pickup = case.request.pickup
        without = told | day.fleet.unavailable()
        for seen in day.index.around(
            [Around(pickup.lat, pickup.lng, radius)], day.now.replace(year=2020), 10_000, without
        ).of(0):
            told.add(seen.driver_id)
            case.offers += 1
            takes, after = day.answer(
                case, seen.driver_id, seconds_between(Spot(seen.lat, seen.lng), pickup), 1
            )
            if takes:
                day.at(day.t + after, self._wants, case, seen.driver_id)

    def _wants(self, case: Case, driver_id: str) -> None:
        driver = self._day.fleet.drivers[driver_id]
        if case.request.order_id in self._day.open and driver.live is None and driver.shift is not None:
            self._day.assign(case, driver_id)


POLICIES: dict[str, Callable[[Day], object]] = {
    "batched rounds": batched,
    "rounds of 4 s": lambda day: batched(day, window_s=4.0),
    "nearest first": nearest_first,
    "broadcast": Broadcast,
}
