"""Solve the assignment problem: pairs of least total cost, where leaving an order out has a price of its own.

scipy takes a third of a second and 50 MiB to import, so it is loaded with the first problem.
"""

from __future__ import annotations

import numpy as np

from services.matching.domain.ground.distance import Floats, Indices

# 32 MiB for a moment. Sparse is faster for many orders and many drivers, and far slower where drivers are
# few.
DENSE_CELLS = 2_000_000


def warm_up() -> None:
    """Load the solvers, so that the first round does not wait for them.

    Takes a third of a second, in any thread.
    """
    ones, zeros = np.ones(1), np.zeros(1, dtype=np.int64)
    solve_sparse(zeros, zeros, ones, 2 * ones)
    solve_dense(zeros, zeros, ones, 2 * ones)


def solve(order: Indices, driver: Indices, cost: Floats, left: Floats) -> Indices:
    """Indices of the edges of the best assignment.

    Each pair occurs at most once; `left[order]`: the price of leaving it.
    """
    worth = np.flatnonzero(cost < left[order])
    if not len(worth):
        return worth
    orders, order = np.unique(order[worth], return_inverse=True)
    drivers, driver = np.unique(driver[worth], return_inverse=True)
    cost, left = cost[worth], left[orders]
    if len(orders) == 1:
        return worth[[int(np.argmin(cost))]]
    dense = len(orders) * len(drivers) <= DENSE_CELLS
    return worth[(solve_dense if dense else solve_sparse)(order, driver, cost, left)]


def solve_dense(order: Indices, driver: Indices, cost: Floats, left: Floats) -> Indices:
    """Solve on a full matrix of what each pair saves; a pair that saves nothing is dropped."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415  see the head of the file

    number = np.full((len(left), int(driver.max()) + 1), -1, dtype=np.int64)
    number[order, driver] = np.arange(len(order))
    gain = np.zeros(number.shape)
    gain[order, driver] = np.minimum(cost - left[order], 0.0)
    found: Indices = number[linear_sum_assignment(gain)]
    found = found[found >= 0]
    return found[cost[found] < left[order[found]]]


def solve_sparse(order: Indices, driver: Indices, cost: Floats, left: Floats) -> Indices:
    """Solve on the edges alone.

    An extra column for each order means leaving it, so a full matching always exists.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415  see the head of the file
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    width = int(driver.max()) + 1
    weights = np.concatenate((cost, left))
    weights += (
        1.0 - weights.min()
    )  # each order pays exactly one of them; scipy reads a weight of zero as no edge
    rows = np.concatenate((order, np.arange(len(left))))
    columns = np.concatenate((driver, width + np.arange(len(left))))
    graph = csr_array((weights, (rows, columns)), shape=(len(left), width + len(left)))
    matched_rows, matched_columns = min_weight_full_bipartite_matching(graph)
    chosen = matched_columns < width
    pairs = matched_rows[chosen] * width + matched_columns[chosen]
    keys = order * width + driver
    by_key = np.argsort(keys)
    found: Indices = by_key[np.searchsorted(keys, pairs, sorter=by_key)]
    return found
