"""The timers of an order: what has to happen without a message, and when. They fire when due or overdue."""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.values import OrderStatus
from services.orders.domain.kitchen.terms import deadlines
from services.orders.domain.order import Order
from services.orders.domain.payment.funding import ASK_AGAIN_AFTER, HoldState

SEARCH_GRACE_S = 30  # how long after the end of a search matching may still answer


def timers(order: Order) -> dict[str, datetime]:
    """Name → when it is due. The names are stored with the order."""
    proposal = None if order.ended else order.proposal
    if proposal is not None and proposal.essential:
        # the kitchen waits for the answer, and the search waits for the kitchen
        return {"proposal_lapsed": proposal.until}
    lapsing = {} if proposal is None else {"proposal_lapsed": proposal.until}
    cooking = {} if order.kitchen is None else deadlines(order.status, order.kitchen)
    return {**_by_status(order), **cooking, **lapsing, **_funding(order)}


def _by_status(order: Order) -> dict[str, datetime]:
    if order.status is OrderStatus.SCHEDULED and order.search_starts_at is not None:
        return {"search_begins": order.search_starts_at}
    if order.status is OrderStatus.SEARCHING and order.search is not None:
        return {"search_overdue": order.search.until + timedelta(seconds=SEARCH_GRACE_S)}
    delivery = order.delivery
    if order.status is OrderStatus.RETURNING and delivery.return_by is not None and not delivery.overdue:
        return {"return_overdue": delivery.return_by}
    return {}


def _funding(order: Order) -> dict[str, datetime]:
    if order.status is OrderStatus.AWAITING_FUNDS:
        return {"funds_wanted": order.since + ASK_AGAIN_AFTER}
    to_close = order.ended and order.funding is not None and order.funding.hold is not HoldState.CLOSED
    return {"funds_settled": order.since} if to_close else {}
