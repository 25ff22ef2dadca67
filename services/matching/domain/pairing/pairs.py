"""Choose pairs of orders and drivers at the least total cost, over all open searches and all candidates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from services.matching.domain.ground.distance import Flags, Floats, Indices
from services.matching.domain.pairing.cost import (
    Edges,
    FreeDriver,
    WaitingOrder,
    Weights,
    costs,
    costs_of_leaving,
)
from services.matching.domain.pairing.solver import solve

BEST_EDGES = 16
GROWTH = 4


def choose_pairs(
    orders: Sequence[WaitingOrder], drivers: Sequence[FreeDriver], edges: Edges, weights: Weights
) -> list[int]:
    """Indices of the chosen edges: each order and each driver at most once.

    Urgent orders are served first.
    """
    if not len(edges):
        return []
    cost, left = costs(drivers, edges, weights), costs_of_leaving(orders, weights)
    free = np.ones(len(drivers), dtype=bool)
    chosen: list[int] = []
    for served in _levels(orders, weights.first_from):
        numbers = np.flatnonzero(served[edges.order] & free[edges.driver])
        picked = numbers[_best(edges.order[numbers], edges.driver[numbers], cost[numbers], left)]
        free[edges.driver[picked]] = False
        chosen += picked.tolist()
    return chosen


def _levels(orders: Sequence[WaitingOrder], first_from: int) -> Iterator[Flags]:
    """The orders that are decided together: each urgent level alone, highest first, then all others."""
    priority = np.array([order.priority for order in orders])
    for level in sorted({level for level in priority.tolist() if level >= first_from}, reverse=True):
        yield priority == level
    yield priority < first_from


def _best(order: Indices, driver: Indices, cost: Floats, left: Floats) -> Indices:
    """Solve on the best edges of each order, and on more while an order is left out and a driver is free."""
    rank, most, known = _ranks(order, cost), BEST_EDGES, len(np.unique(driver))
    waiting = len(np.unique(order))
    while True:
        kept = np.flatnonzero(rank < most)
        if len(kept) < len(order) and len(np.unique(driver[kept])) < min(waiting, known):
            most *= GROWTH  # too few drivers for all orders
            continue
        picked: Indices = kept[solve(order[kept], driver[kept], cost[kept], left)]
        if len(kept) == len(order) or len(picked) in {waiting, known}:
            return picked
        most *= GROWTH


def _ranks(order: Indices, cost: Floats) -> Indices:
    """The rank of each edge among those of its order, the cheapest first."""
    by_cost = np.lexsort((cost, order))
    grouped = order[by_cost]
    first = np.searchsorted(grouped, grouped, "left")
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[by_cost] = np.arange(len(order)) - first
    return ranks
