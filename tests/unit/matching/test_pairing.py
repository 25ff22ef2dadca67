"""Which driver is paired with which order, when several orders wait at once."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.pairing.cost import (
    Edges,
    FreeDriver,
    WaitingOrder,
    Weights,
    costs,
    costs_of_leaving,
)
from services.matching.domain.pairing.pairs import BEST_EDGES, choose_pairs
from services.matching.domain.pairing.solver import solve, solve_dense, solve_sparse

PLAIN = Weights()
FAR = 3000.0


def an_order(name: str = "o", **changes: Any) -> WaitingOrder:
    return WaitingOrder(name, **changes)


def a_free_driver(name: str = "d", **changes: Any) -> FreeDriver:
    return FreeDriver(name, **changes)


def edges_of(
    seconds: Mapping[tuple[int, int], float], asked: Mapping[tuple[int, int], int] | None = None
) -> Edges:
    pairs = list(seconds)
    return Edges(
        np.array([order for order, _ in pairs], dtype=np.int64),
        np.array([driver for _, driver in pairs], dtype=np.int64),
        np.array([seconds[pair] for pair in pairs], dtype=np.float64),
        np.array([(asked or {}).get(pair, 0) for pair in pairs], dtype=np.int64),
    )


def pairs_of(
    orders: list[WaitingOrder],
    drivers: list[FreeDriver],
    seconds: Mapping[tuple[int, int], float],
    **changes: Any,
) -> dict[int, int]:
    edges = edges_of(seconds, changes.pop("asked", None))
    chosen = choose_pairs(orders, drivers, edges, Weights(**changes))
    return {int(edges.order[number]): int(edges.driver[number]) for number in chosen}


def test_the_total_cost_decides_and_not_the_nearest_driver() -> None:
    """Nearest first would pair 0 with 0 and leave a far driver for the second order."""
    seconds = {(0, 0): 60, (0, 1): 70, (1, 0): 65, (1, 1): 600}

    assert pairs_of([an_order()] * 2, [a_free_driver()] * 2, seconds) == {0: 1, 1: 0}


def test_two_medium_rides_are_better_than_a_short_and_a_very_long_one() -> None:
    """The sum of the rides is less with the long one, but no customer should wait so long."""
    seconds = {(0, 0): 60, (0, 1): 400, (1, 0): 400, (1, 1): 700}

    assert pairs_of([an_order()] * 2, [a_free_driver()] * 2, seconds) == {0: 1, 1: 0}


def test_no_order_is_left_out_while_a_driver_is_free() -> None:
    assert pairs_of([an_order()] * 2, [a_free_driver()] * 2, {(0, 0): 1, (0, 1): FAR, (1, 0): 5}) == {
        0: 1,
        1: 0,
    }


def test_the_order_that_waited_longest_is_served_when_drivers_are_few() -> None:
    orders = [an_order(waited_s=1), an_order(waited_s=60), an_order()]

    assert pairs_of(orders, [a_free_driver()], {(0, 0): 90, (1, 0): 100, (2, 0): 80}) == {1: 0}


def test_an_urgent_order_gets_its_nearest_driver_at_any_cost_to_the_others() -> None:
    orders = [an_order(priority=5), an_order(priority=9), an_order(priority=8)]
    seconds = {(0, 0): 10, (0, 1): 900, (1, 0): 50, (1, 1): 55, (2, 0): 1, (2, 1): 80, (2, 2): 90}

    assert pairs_of(orders, [a_free_driver()] * 3, seconds) == {1: 0, 2: 1}


def test_the_higher_ordinary_priority_is_served_when_drivers_are_few() -> None:
    orders = [an_order(priority=3), an_order(priority=5)]

    assert pairs_of(orders, [a_free_driver()], {(0, 0): 100, (1, 0): 150}) == {1: 0}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"idle_s": 1800}, {"idle_s": 60}),
        ({"income_today": 40_000}, {"income_today": 140_000}),
        ({"acceptance": 0.9}, {"acceptance": 0.1}),
    ],
)
def test_at_nearly_equal_distance_fairness_decides(one: dict[str, Any], other: dict[str, Any]) -> None:
    drivers = [a_free_driver(**other), a_free_driver(**one)]

    assert pairs_of([an_order()], drivers, {(0, 0): 100, (0, 1): 105}) == {0: 1}
    assert pairs_of([an_order()], drivers, {(0, 0): 100, (0, 1): 300}) == {0: 0}


def test_a_driver_who_was_asked_before_comes_after_all_others() -> None:
    seconds = {(0, 0): 10, (0, 1): 250}

    assert pairs_of([an_order()], [a_free_driver()] * 2, seconds, asked={(0, 0): 1}) == {0: 1}
    assert pairs_of([an_order()], [a_free_driver()], {(0, 0): 10}, asked={(0, 0): 1}) == {0: 0}


def test_without_orders_or_drivers_no_pair_is_chosen() -> None:
    assert pairs_of([], [], {}) == {}
    assert pairs_of([an_order()], [], {}) == {}


def test_an_order_whose_best_edges_are_taken_gets_one_beyond_them() -> None:
    count = 2 * BEST_EDGES + 8
    seconds = {(order, driver): float(driver) for order, driver in product(range(count), range(count))}

    pairs = pairs_of([an_order()] * count, [a_free_driver()] * count, seconds)

    assert sorted(pairs) == sorted(pairs.values()) == list(range(count))


SECONDS = st.integers(1, 900).map(float)
GRAPHS = st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3)), SECONDS, min_size=1)


@given(GRAPHS, st.lists(st.sampled_from([0.0, 400.0, 4000.0]), min_size=4, max_size=4))
def test_both_solvers_find_the_optimum_of_brute_force(
    seconds: dict[tuple[int, int], float], left: list[float]
) -> None:
    edges, prices = edges_of(seconds), np.array(left)

    best = _by_trying(seconds, left)

    for method in (solve_dense, solve_sparse, solve):
        chosen = method(edges.order, edges.driver, edges.pickup_s, prices)
        assert (
            len(set(edges.order[chosen].tolist())) == len(set(edges.driver[chosen].tolist())) == len(chosen)
        )
        assert _total(edges, chosen.tolist(), left) == pytest.approx(best)


@given(
    GRAPHS,
    st.lists(st.builds(WaitingOrder, st.just("o"), st.integers(0, 9), SECONDS), min_size=4, max_size=4),
)
def test_each_order_and_driver_is_paired_once_and_no_possible_pair_is_left(
    seconds: dict[tuple[int, int], float], orders: list[WaitingOrder]
) -> None:
    edges = edges_of(seconds)

    chosen = choose_pairs(orders, [a_free_driver()] * 4, edges, PLAIN)

    taken, busy = edges.order[chosen].tolist(), edges.driver[chosen].tolist()
    assert len(set(taken)) == len(taken)
    assert len(set(busy)) == len(busy)
    assert all(order in taken or driver in busy for order, driver in seconds)


@given(
    st.lists(
        st.builds(FreeDriver, st.just("d"), st.floats(0, 90_000), st.floats(0, 2e6), st.floats(0, 1)),
        min_size=1,
        max_size=5,
    )
)
def test_fairness_and_acceptance_never_outweigh_their_bounds(drivers: list[FreeDriver]) -> None:
    edges = edges_of({(0, number): 500.0 for number in range(len(drivers))})

    added = costs(drivers, edges, PLAIN) - 500.0 * (1 + 500.0 / PLAIN.steep_s)

    assert all(
        -PLAIN.bias_s - 1e-6 <= each <= PLAIN.bias_s + PLAIN.refusal_s + 1e-6 for each in added.tolist()
    )
    assert costs_of_leaving([an_order()], PLAIN)[0] == PLAIN.left_s


def _by_trying(seconds: dict[tuple[int, int], float], left: list[float]) -> float:
    best = sum(left)
    for drivers in set(permutations((0, 1, 2, 3, None, None, None, None), 4)):
        total = 0.0
        for order, driver in enumerate(drivers):
            total += left[order] if driver is None else seconds.get((order, driver), float("inf"))
        best = min(best, total)
    return best


def _total(edges: Edges, chosen: list[int], left: list[float]) -> float:
    taken = {int(edges.order[number]): float(edges.pickup_s[number]) for number in chosen}
    return sum(taken.get(order, left[order]) for order in range(len(left)))
