"""Who is asked for which order: turns waiting searches and their candidates into pairs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edge:
    """A driver who may be asked for an order now. `asked`: how often he was; `round`: index of the radius."""

    order_id: str
    driver_id: str
    straight_m: float
    round: int = 0
    asked: int = 0
    priority: int = 0


def choose(edges: Iterable[Edge]) -> list[Edge]:
    """At most one pair for each order and for each driver: the urgent first, then who was not asked yet, then the nearest."""
    chosen: list[Edge] = []
    orders: set[str] = set()
    drivers: set[str] = set()
    for edge in sorted(edges, key=_rank):
        if edge.order_id not in orders and edge.driver_id not in drivers:
            chosen.append(edge)
            orders.add(edge.order_id)
            drivers.add(edge.driver_id)
    return chosen


def _rank(edge: Edge) -> tuple[int, int, float, str, str]:
    return -edge.priority, edge.asked, edge.straight_m, edge.order_id, edge.driver_id
