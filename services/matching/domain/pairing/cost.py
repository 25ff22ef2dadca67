"""The cost of a pair, and of leaving an order for the next round; the unit is a second of pick-up time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.matching.domain.ground.distance import Floats, Indices

PER_RUPIAH = 1 / 100_000


@dataclass(frozen=True, slots=True)
class Weights:
    """Every cost in seconds of pick-up time; docs/matching.md has the measurements behind them.

    `left_s`: an order without an offer this round. It is more than any ride inside the search radius, so that
    an order is only left where no driver is free. `steep_s`: a ride of so many seconds to the pick-up counts
    twice, one twice as long three times. A long wait is worse than two medium ones, and drivers decline long
    rides more often. `waited`, `priority_s`: added for each second that the order has waited, and for each
    level: they decide which order is left when drivers are few. `idle`, `income_s`: subtracted for each
    second that the driver was idle, and for each Rp 100,000 that they earned less than the mean of the
    drivers in the round. `bias_s`: the two together never weigh more. `refusal_s`: times the share of offers
    that the driver does not take; an unanswered offer costs the customer time. `again_s`: for each offer of
    this order that the driver got before. `first_from`: orders of this priority and above are served before
    all others, level by level.
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
    """An order in a round. `waited_s`: how long the customer has waited."""

    order_id: str
    priority: int = 0
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True)
class FreeDriver:
    """A driver in a round.

    `income_today` in rupiah; `acceptance`: share of the offers that the driver took.
    """

    driver_id: str
    idle_s: float = 0.0
    income_today: float = 0.0
    acceptance: float = 1.0


@dataclass(frozen=True, slots=True)
class Edges:
    """The possible pairs as columns: positions in the lists of orders and drivers, each pair at most once.

    `pickup_s`: the ride to the pick-up; `asked`: how many offers of this order the driver got before.
    """

    order: Indices
    driver: Indices
    pickup_s: Floats
    asked: Indices

    def __len__(self) -> int:
        return len(self.order)


def costs(drivers: Sequence[FreeDriver], edges: Edges, weights: Weights) -> Floats:
    """The cost of each edge."""
    income = np.array([driver.income_today for driver in drivers])
    idle = np.array([driver.idle_s for driver in drivers])
    acceptance = np.array([driver.acceptance for driver in drivers])
    above = (income - income.mean()) * PER_RUPIAH if len(drivers) else income
    bias = np.clip(weights.income_s * above - weights.idle * idle, -weights.bias_s, weights.bias_s)
    of_driver = bias + weights.refusal_s * (1.0 - acceptance)
    ride = edges.pickup_s * (1.0 + edges.pickup_s / weights.steep_s)
    cost: Floats = ride + of_driver[edges.driver] + weights.again_s * edges.asked
    return cost


def costs_of_leaving(orders: Sequence[WaitingOrder], weights: Weights) -> Floats:
    """The cost of leaving each order."""
    priority = np.array([order.priority for order in orders], dtype=np.float64)
    waited = np.array([order.waited_s for order in orders])
    left: Floats = weights.left_s + weights.waited * waited + weights.priority_s * priority
    return left
