"""One round from positions to pairs, compared with the nearest first and with the dense optimum."""

from __future__ import annotations

import asyncio
import gc
import statistics
from time import process_time
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from services.matching.adapters.position_index import PositionIndex
from services.matching.domain.ground.distance import KMH, metres_between
from services.matching.domain.pairing.cost import Edges, costs, costs_of_leaving
from services.matching.ports import Nearby
from services.matching.rounds.candidates import CANDIDATES
from services.matching.rounds.pairing import MORE
from services.runtime.process.lifecycle import COLLECT_AFTER
from tests.bench.matching.scenes import FRESH, NOW, RADIUS_M, ROAD_FACTOR, SPEED_KMH, WEIGHTS, Scene

SECONDS_A_METRE = ROAD_FACTOR * KMH / SPEED_KMH


async def batched(scene: Scene, index: PositionIndex) -> tuple[Edges, list[int], float]:
    """Pair as the service does, without reading drivers from the database.

    Returns the pairs as edges and their indices, and the seconds it took.
    """
    began = process_time()
    pairs = await scene.pair(index)
    took = process_time() - began
    number = {driver.driver_id: row for row, driver in enumerate(scene.drivers)}
    edges = Edges(
        np.array([int(search.key.removeprefix("o-")) for search, _ in pairs], dtype=np.int64),
        np.array([number[candidate.seen.driver_id] for _, candidate in pairs], dtype=np.int64),
        np.array([candidate.travel.seconds for _, candidate in pairs]),
        np.zeros(len(pairs), dtype=np.int64),
    )
    return edges, list(range(len(pairs))), took


def nearest_first(scene: Scene, index: PositionIndex) -> tuple[Edges, list[int]]:
    """Each order in its turn, the longest waiting first, takes the nearest driver who is left."""
    edges, chosen = _greedy(scene, index, CANDIDATES)
    return (edges, chosen) if len(chosen) == len(scene.orders) else _greedy(scene, index, MORE[-1])


def _greedy(scene: Scene, index: PositionIndex, most: int) -> tuple[Edges, list[int]]:
    edges = edges_of(index.around(scene.circles, NOW - FRESH, most))
    starts = np.searchsorted(edges.order, np.arange(len(scene.orders) + 1)).tolist()
    driver = edges.driver.tolist()
    taken: set[int] = set()
    chosen: list[int] = []
    for order in sorted(range(len(scene.orders)), key=lambda order: -scene.orders[order].waited_s):
        for number in range(starts[order], starts[order + 1]):
            if driver[number] not in taken:
                taken.add(driver[number])
                chosen.append(number)
                break
    return edges, chosen


def edges_of(nearby: Nearby) -> Edges:
    """Rows of the index are the numbers of the drivers here."""
    return Edges(
        nearby.circle,
        nearby.row,
        nearby.straight_m * SECONDS_A_METRE,
        np.zeros(len(nearby.row), dtype=np.int64),
    )


def cost_of(scene: Scene, edges: Edges, chosen: list[int]) -> float:
    """The cost of the chosen pairs, from the lowest possible cost of a pair, and of the orders left."""
    left = costs_of_leaving(scene.orders, WEIGHTS)
    served = edges.order[chosen]
    picked = Edges(served, edges.driver[chosen], edges.pickup_s[chosen], edges.asked[chosen])
    cost = costs(scene.drivers, picked, WEIGHTS) + WEIGHTS.bias_s
    return float(cost.sum() + np.delete(left, served).sum())


def optimum(scene: Scene) -> tuple[float, float]:
    """(least total cost over every pair within the radius, seconds it took), on a full matrix."""
    began = process_time()
    at = np.array([(circle.lat, circle.lng) for circle in scene.circles])
    straight = metres_between(at[:, :1], at[:, 1:], scene.places[None, :, 0], scene.places[None, :, 1])
    shape = straight.shape
    orders, drivers = np.indices(shape, dtype=np.int64)
    every = Edges(
        orders.ravel(),
        drivers.ravel(),
        straight.ravel() * SECONDS_A_METRE,
        np.zeros(straight.size, dtype=np.int64),
    )
    left = costs_of_leaving(scene.orders, WEIGHTS)
    cost = costs(scene.drivers, every, WEIGHTS).reshape(shape) + WEIGHTS.bias_s
    gain = np.where(straight <= RADIUS_M, np.minimum(cost - left[:, None], 0.0), 0.0)
    rows, columns = linear_sum_assignment(gain)
    return float(gain[rows, columns].sum() + left.sum()), process_time() - began


def measure(scene: Scene, times: int) -> dict[str, Any]:
    """Medians of `times` runs of each, in turns; CPU time, so that other load does not count."""
    index = scene.index()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)  # as in every service
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(times + 1):  # the first one warms up and does not count
        edges, chosen, took = asyncio.run(batched(scene, index))
        ours.append(took)
        began = process_time()
        near, greedy = nearest_first(scene, index)
        theirs.append(process_time() - began)
    best, took = optimum(scene)
    cost, rival = cost_of(scene, edges, chosen), cost_of(scene, near, greedy)
    return {
        "scene": scene.title,
        "orders": len(scene.orders),
        "drivers": len(scene.drivers),
        "batched": {"ms": _ms(ours[1:]), "served": len(chosen), "above_optimum_percent": _above(cost, best)},
        "nearest_first": {
            "ms": _ms(theirs[1:]),
            "served": len(greedy),
            "above_optimum_percent": _above(rival, best),
        },
        "dense_optimum": {"ms": round(took * 1000, 1), "cost_s": round(best)},
    }


def _ms(seconds: list[float]) -> float:
    return round(statistics.median(seconds) * 1000, 1)


def _above(cost: float, best: float) -> float:
    return round((cost / best - 1) * 100, 2)
