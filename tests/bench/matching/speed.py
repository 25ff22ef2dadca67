"""One round from positions to chosen pairs, beside the nearest first and beside the dense optimum over every pair."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from services.matching.adapters.position_index import PositionIndex
from services.matching.domain.assigning import assign
from services.matching.domain.cost import Edges, FreeDriver, WaitingOrder, Weights, costs, costs_of_leaving
from services.matching.domain.distance import Floats, metres_between
from services.matching.handlers.gathering import CANDIDATES, GROWTH, MOST_CANDIDATES
from services.matching.ports import Nearby, Spot

NOW = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
FRESH = timedelta(seconds=120)
SECONDS_A_METRE = 1.3 * 3.6 / 25
SOUTH, WEST, SIDE = -8.26, 114.30, 0.09  # the town: ten kilometres square
CROWD_SIDE = 0.02
RADIUS_M = 3000.0
WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Scene:
    """Orders and drivers of one round."""

    title: str
    spots: list[Spot]
    orders: list[WaitingOrder]
    drivers: list[FreeDriver]
    places: Floats

    def index(self) -> PositionIndex:
        """Everybody was seen a moment ago."""
        index = PositionIndex()
        seen = np.full(len(self.drivers), NOW.timestamp())
        index.saw_all([driver.driver_id for driver in self.drivers], self.places[:, 0], self.places[:, 1], seen)
        return index


def scene(title: str, orders: int, drivers: int, *, crowd: bool = False) -> Scene:
    """Spread over the town; a `crowd` of orders at one end of it."""
    dice = np.random.default_rng(orders * 100_000 + drivers)
    side = CROWD_SIDE if crowd else SIDE
    at = dice.uniform((SOUTH, WEST), (SOUTH + side, WEST + side), (orders, 2))
    waiting = [WaitingOrder(f"o-{n}", 5, w) for n, w in enumerate(dice.uniform(0, 30, orders).tolist())]
    merits = zip(
        dice.uniform(0, 3600, drivers).tolist(), dice.uniform(0, 2e5, drivers).tolist(), dice.beta(6, 2, drivers).tolist(), strict=True
    )
    free = [FreeDriver(f"d-{number}", *merit) for number, merit in enumerate(merits)]
    places = dice.uniform((SOUTH, WEST), (SOUTH + SIDE, WEST + SIDE), (drivers, 2))
    return Scene(title, [Spot(lat, lng, RADIUS_M) for lat, lng in at.tolist()], waiting, free, places)


def batched(scene: Scene, index: PositionIndex) -> tuple[Edges, list[int]]:
    """What the service does, less the reading of drivers from the database."""
    most = CANDIDATES
    while True:
        edges = edges_of(index.around(scene.spots, NOW - FRESH, most))
        chosen = assign(scene.orders, scene.drivers, edges, WEIGHTS)
        served = set(edges.order[chosen].tolist())
        counts = np.bincount(edges.order, minlength=len(scene.orders))
        lacking = [order for order, candidates in enumerate(counts.tolist()) if order not in served and candidates >= most]
        if not lacking or most >= MOST_CANDIDATES:
            return edges, chosen
        most = min(MOST_CANDIDATES, most * GROWTH)


def nearest_first(scene: Scene, index: PositionIndex) -> tuple[Edges, list[int]]:
    """Each order in its turn, the longest waiting first, takes the nearest driver who is left."""
    edges, chosen = _greedy(scene, index, CANDIDATES)
    return (edges, chosen) if len(chosen) == len(scene.orders) else _greedy(scene, index, MOST_CANDIDATES)


def _greedy(scene: Scene, index: PositionIndex, most: int) -> tuple[Edges, list[int]]:
    edges = edges_of(index.around(scene.spots, NOW - FRESH, most))
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
    return Edges(nearby.spot, nearby.row, nearby.straight_m * SECONDS_A_METRE, np.zeros(len(nearby.row), dtype=np.int64))


def cost_of(scene: Scene, edges: Edges, chosen: list[int]) -> float:
    """What the chosen pairs cost, each from the lowest cost that a pair can have, and the orders that are left."""
    left = costs_of_leaving(scene.orders, WEIGHTS)
    served = edges.order[chosen]
    picked = Edges(served, edges.driver[chosen], edges.pickup_s[chosen], edges.asked[chosen])
    cost = costs(scene.drivers, picked, WEIGHTS) + WEIGHTS.bias_s
    return float(cost.sum() + np.delete(left, served).sum())


def optimum(scene: Scene) -> tuple[float, float]:
    """(least total cost over every pair within the radius, seconds it took): a full matrix, nothing pruned."""
    began = perf_counter()
    at = np.array([(spot.lat, spot.lng) for spot in scene.spots])
    straight = metres_between(at[:, :1], at[:, 1:], scene.places[None, :, 0], scene.places[None, :, 1])
    shape = straight.shape
    every = Edges(
        *(grid.ravel() for grid in np.indices(shape)), straight.ravel() * SECONDS_A_METRE, np.zeros(straight.size, dtype=np.int64)
    )
    left = costs_of_leaving(scene.orders, WEIGHTS)
    cost = costs(scene.drivers, every, WEIGHTS).reshape(shape) + WEIGHTS.bias_s
    gain = np.where(straight <= RADIUS_M, np.minimum(cost - left[:, None], 0.0), 0.0)
    rows, columns = linear_sum_assignment(gain)
    return float(gain[rows, columns].sum() + left.sum()), perf_counter() - began


def measure(scene: Scene, times: int) -> dict[str, Any]:
    """Medians of `times` runs of each, in turns."""
    index = scene.index()
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(times + 1):  # the first one warms up and does not count
        began = perf_counter()
        edges, chosen = batched(scene, index)
        ours.append(perf_counter() - began)
        began = perf_counter()
        near, greedy = nearest_first(scene, index)
        theirs.append(perf_counter() - began)
    best, took = optimum(scene)
    cost, rival = cost_of(scene, edges, chosen), cost_of(scene, near, greedy)
    return {
        "scene": scene.title,
        "orders": len(scene.orders),
        "drivers": len(scene.drivers),
        "batched": {"ms": _ms(ours[1:]), "served": len(chosen), "above_optimum_percent": _above(cost, best)},
        "nearest_first": {"ms": _ms(theirs[1:]), "served": len(greedy), "above_optimum_percent": _above(rival, best)},
        "dense_optimum": {"ms": round(took * 1000, 1), "cost_s": round(best)},
    }


def _ms(seconds: list[float]) -> float:
    return round(statistics.median(seconds) * 1000, 1)


def _above(cost: float, best: float) -> float:
    return round((cost / best - 1) * 100, 2)
