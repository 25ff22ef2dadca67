"""The answers of matching, and what the order makes of them: the order decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from contracts.values import OrderStatus, Role
from services.orders.domain.booking.waiting import next_search_at, search_is_due, search_is_missed
from services.orders.domain.custody.proof import with_first_code
from services.orders.domain.errors import MatchRefused, StepRefused, TooEarly
from services.orders.domain.kitchen.cooking import ask_merchant
from services.orders.domain.order import SYSTEM, Assignment, Ending, Order
from services.orders.domain.search.starting import start_search
from services.orders.domain.timers import timers
from services.orders.domain.transitions import Action, move
from services.orders.domain.trip.driving import BEFORE_DRIVER, DRIVER_COMING


def assign(order: Order, proposed: Assignment, now: datetime) -> Order | None:
    """The order with its driver; None when it has this match already.

    Raises `MatchRefused` (`order_ended`, `order_moved_on`, `driver_excluded`).
    """
    if order.assignment is not None and order.assignment.offer_id == proposed.offer_id:
        return None
    if order.ended:
        raise MatchRefused(order, "order_ended")
    if order.status is not OrderStatus.SEARCHING or proposed.attempt != order.attempt:
        raise MatchRefused(order, "order_moved_on")
    if proposed.driver_id in order.excluded_drivers:
        raise MatchRefused(order, "driver_excluded")
    return with_first_code(move(order, Action.ASSIGN, Role.SYSTEM, now, assignment=proposed))


def search_failed(order: Order, attempt: int, reason: str, now: datetime) -> Order | None:
    """The order as unserved, or waiting for its next search; None when this search is not the present one."""
    if order.status is not OrderStatus.SEARCHING or attempt != order.attempt:
        return None
    return postpone_or_give_up(order, unserved_reason(order, reason), now)


def unserved_reason(order: Order, reason: str) -> str:
    """The reason that people are told: the service's own one where no driver was found."""
    return order.policy.unserved if order.policy is not None and reason == "no_driver" else reason


def end_overdue_search(order: Order, now: datetime) -> Order | None:
    """As `search_failed`, for a search without an answer long after its end; None before that."""
    due = timers(order).get("search_overdue")
    return postpone_or_give_up(order, "search_overdue", now) if due is not None and due <= now else None


def begin_booked_search(order: Order, now: datetime) -> Order | None:
    """A booked order in its next search, or asking its merchant first, or unserved where it is too late.

    None before its time.
    """
    if not search_is_due(order, now):
        return None
    if search_is_missed(order, now):
        return give_up(order, "schedule_missed", now)
    merchant = order.policy.merchant if order.policy else None
    if merchant is not None and order.kitchen is None:
        return ask_merchant(move(order, Action.ASK_MERCHANT, Role.SYSTEM, now), merchant, now)
    return start_search(move(order, Action.SEARCH, Role.SYSTEM, now), now)


def postpone_or_give_up(order: Order, reason: str, now: datetime) -> Order:
    """The order after a search without a driver: a booked one waits for its next search, others are unserved.

    Raises `StepRefused` (`order_ended`, `illegal_step`) for an order that is not in a search.
    """
    start = next_search_at(order, now)
    if start is None:
        return give_up(order, reason, now)
    return move(order, Action.POSTPONE, Role.SYSTEM, now, search_starts_at=start, search=None)


def give_up(order: Order, reason: str, now: datetime) -> Order:
    """The order as unserved. Raises `StepRefused` (`order_ended`, `illegal_step` once it has a driver)."""
    return move(order, Action.GIVE_UP, Role.SYSTEM, now, ending=Ending(reason, SYSTEM))


def match_withdrawn(order: Order, offer_id: str, now: datetime) -> Order | None:
    """The order in a new search after matching withdrew its match.

    None for another match, and after the pick-up.
    """
    if order.assignment is None or order.assignment.offer_id != offer_id or order.status not in DRIVER_COMING:
        return None
    let_go = tuple(dict.fromkeys((*order.let_go, order.assignment.driver_id)))
    return start_search(move(order, Action.UNASSIGN, Role.SYSTEM, now, let_go=let_go), now)


def driver_gives_back(order: Order, driver_id: str, said_at: datetime, now: datetime) -> Order | None:
    """The order in a new search without this driver.

    None when they gave it back before, or when the message is about a match that was withdrawn since.

    Raises `TooEarly` while the order has no driver yet, `StepRefused` (`wrong_driver`, `order_ended`,
    `illegal_step`).
    """
    if driver_id in order.let_go and not _was_assigned(order, driver_id, said_at):
        return None
    if order.driver_id != driver_id:
        if driver_id in order.excluded_drivers:
            return None
        if order.status in BEFORE_DRIVER:
            raise TooEarly("illegal_step")
        raise StepRefused("order_ended" if order.ended else "wrong_driver")
    freed = move(order, Action.UNASSIGN, Role.DRIVER, now)
    excluded = (*order.excluded_drivers, driver_id)
    return start_search(replace(freed, excluded_drivers=excluded), now)


def _was_assigned(order: Order, driver_id: str, at: datetime) -> bool:
    """Whether the present match is with this driver, and was made before the message was sent."""
    return (
        order.assignment is not None and order.assignment.driver_id == driver_id and order.assignment.at <= at
    )
