"""What a pair costs, in seconds of pick-up time, and what it costs to leave an order for the next round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.matching.domain.ground.distance import Floats, Indices

PER_RUPIAH = 1 / 100_000


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything is worth so many seconds of somebody's pick-up time; docs/matching.md has the measurements behind them.

    `left_s`: an order without an offer this round; more than any way inside the search radius, so that it is only left
    where no driver is free. `steep_s`: a way of so many seconds counts twice, one twice as long three times: a long wait
    is worse than two middling ones, and the ride to it is taken less gladly. `waited`, `priority_s`: added for each second
    it has waited, and for each level: who is left when drivers are few. `idle`, `income_s`: for each second he stood idle,
    and for each Rp 100,000 below the mean of the drivers in the round: less for him. `refusal_s`: times the share of
    offers he does not take: what an unanswered one costs the customer. `bias_s`: idle time and income together never
    weigh more. `again_s`: for each time he was asked for this order. `first_from`: orders of this priority and above are
    served before all others, level by level.
    """

    left_s: float = 1_000_000.0
    steep_s: float = 300.0
    waited: float = 1.0
    priority_s: float = 120.0
    idle: float = 1 / 60
    income_s: float = 30.0
    bias_s: float = 60.0
    refusal_s: float = 15.0
    again_s: float = 600.0
    first_from: int = 7


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An order in a round. `waited_s`: how long it has been searched."""

    order_id: str
    priority: int = 0
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True)
class FreeDriver:
    """A driver in a round. `income_today` in rupiah; `acceptance`: share of the offers he could win that he took."""

    driver_id: str
    idle_s: float = 0.0
    income_today: float = 0.0
    acceptance: float = 1.0


@dataclass(frozen=True, slots=True)
class Edges:
    """Who may be asked for what, as columns: positions in the lists of orders and drivers, each pair once at most.

    `pickup_s`: how long he needs to the pick-up; `asked`: how often he was asked for this order already.
    """

    order: Indices
    driver: Indices
    pickup_s: Floats
    asked: Indices

    def __len__(self) -> int:
        return len(self.order)


def costs(drivers: Sequence[FreeDriver], edges: Edges, weights: Weights) -> Floats:
    """Of each edge."""
    income = np.array([driver.income_today for driver in drivers])
    idle = np.array([driver.idle_s for driver in drivers])
    acceptance = np.array([driver.acceptance for driver in drivers])
    above = (income - income.mean()) * PER_RUPIAH if len(drivers) else income
    bias = np.clip(weights.income_s * above - weights.idle * idle, -weights.bias_s, weights.bias_s)
    of_driver = bias + weights.refusal_s * (1.0 - acceptance)
    way = edges.pickup_s * (1.0 + edges.pickup_s / weights.steep_s)
    cost: Floats = way + of_driver[edges.driver] + weights.again_s * edges.asked
    return cost


def costs_of_leaving(orders: Sequence[WaitingOrder], weights: Weights) -> Floats:
    """Of each order."""
    priority = np.array([order.priority for order in orders], dtype=np.float64)
    waited = np.array([order.waited_s for order in orders])
    left: Floats = weights.left_s + weights.waited * waited + weights.priority_s * priority
    return left
