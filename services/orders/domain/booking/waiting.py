"""An order booked ahead, waiting for its searches."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from contracts.values import OrderStatus
from services.orders.domain.booking.terms import ScheduleRules
from services.orders.domain.order import Order


def wait_for_first_search(order: Order, now: datetime) -> Order | None:
    """The new order waiting for its first search; None where that is due already, or nothing was booked."""
    booking = _booking(order)
    first = booking[0].starts(booking[1])[0] if booking else now
    return (
        None
        if first <= now
        else replace(order, status=OrderStatus.SCHEDULED, since=now, search_starts_at=first)
    )


def next_search_at(order: Order, now: datetime) -> datetime | None:
    """When the next search of a booked order begins; None after the last one, or where none was booked."""
    booking = _booking(order)
    return booking[0].next_start(booking[1], now) if booking else None


def search_is_due(order: Order, now: datetime) -> bool:
    """Whether a search is due or overdue; not while the kitchen waits for the customer's answer."""
    if order.status is not OrderStatus.SCHEDULED or order.waits_for_answer:
        return False
    return order.search_starts_at is not None and order.search_starts_at <= now


def search_is_missed(order: Order, now: datetime) -> bool:
    """Whether it is too late for a search."""
    booking = _booking(order)
    return booking is not None and booking[0].missed(booking[1], now)


def _booking(order: Order) -> tuple[ScheduleRules, datetime] | None:
    """The rules it was booked under, and its pick-up time, which a slower kitchen moves."""
    schedule = order.policy.schedule if order.policy else None
    if schedule is None or order.scheduled_for is None or order.pickup_at is None:
        return None
    return schedule, order.pickup_at
