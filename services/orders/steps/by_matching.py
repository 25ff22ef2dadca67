"""Steps that matching proposes or reports; the order decides."""

from __future__ import annotations

from datetime import datetime

from contracts.events.matching import MatchFailed, MatchMade, MatchWithdrawn
from contracts.message import Message
from services.orders.domain.order import Assignment, Order
from services.orders.domain.search.assigning import assign, match_withdrawn, search_failed
from services.orders.events import announce
from services.orders.steps.endings import without_driver
from services.runtime.change import Change, Entry


def made(order: Order, message: Message[MatchMade], now: datetime) -> Change[Order] | None:
    """Take the proposed driver. Raises `MatchRefused` for an order that has ended or moved on."""
    match = message.data
    proposed = Assignment(
        driver_id=match.driver_id,
        offer_id=match.offer_id,
        attempt=match.attempt,
        vehicle=match.vehicle,
        residence=match.residence,
        eta_s=match.eta_s,
        at=now,
    )
    after = assign(order, proposed, now)
    if after is None:
        return None
    events = announce.assigned(after) + (announce.code_issued(after) if order.code is None else ())
    return Change(after, events, Entry(after.status, f"driver:{match.driver_id}"))


def failed(order: Order, message: Message[MatchFailed], now: datetime) -> Change[Order] | None:
    """End the order as unserved, or let it wait for its next search. Only the present search can fail."""
    failure = message.data
    after = search_failed(order, failure.attempt, failure.reason, now)
    return None if after is None else without_driver(after, failure.reason)


def withdrawn(order: Order, message: Message[MatchWithdrawn], now: datetime) -> Change[Order] | None:
    """Search again when matching takes a match back before the pick-up.

    A passenger on the way keeps their driver.
    """
    withdrawal = message.data
    after = match_withdrawn(order, withdrawal.offer_id, now)
    if after is None or order.assignment is None:
        return None
    events = announce.searched_again(after, order.assignment, withdrawal.reason)
    return Change(after, events, Entry(after.status, "system:matching", withdrawal.reason))
