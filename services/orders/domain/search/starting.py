"""Start a search for a driver."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from contracts.values import OrderStatus
from services.orders.domain.order import Order


def start_search(order: Order, now: datetime) -> Order:
    """The order in its next search, without a driver. An order without a policy stays as it is."""
    if order.policy is None:
        return order
    return replace(
        order,
        status=OrderStatus.SEARCHING,
        since=now,
        attempt=order.attempt + 1,
        search=order.policy.search.policy(now),
        search_starts_at=None,
        assignment=None,
    )
