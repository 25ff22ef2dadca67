"""Steps that are due or overdue, never "exactly now": a service that was down then still makes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from contracts.events.orders import OrderReturnOverdue
from services.orders.domain.changes.changing import lapse_proposal
from services.orders.domain.custody.returning import flag_overdue_return
from services.orders.domain.kitchen import cooking
from services.orders.domain.order import Order
from services.orders.domain.search import assigning
from services.orders.events import announce
from services.orders.events.beginning import begun
from services.orders.metrics import RETURNS_OVERDUE
from services.orders.steps.by_party import answered
from services.orders.steps.endings import BY_ORDERS, unserved, without_driver
from services.runtime.change import Change, Entry

log = structlog.get_logger()


def due(order: Order, now: datetime) -> Change[Order] | None:
    """The first step that is due. The next one follows at once, as the order's timers are read again."""
    return next((change for step in STEPS if (change := step(order, now)) is not None), None)


def _search_begins(order: Order, now: datetime) -> Change[Order] | None:
    """Search for a driver for a booked order, also where its minute is long over."""
    after = assigning.begin_booked_search(order, now)
    if after is None:
        return None
    return unserved(after) if after.ended else Change(after, begun(after), Entry(after.status, BY_ORDERS))


def _search_overdue(order: Order, now: datetime) -> Change[Order] | None:
    """End a search that matching has not answered long after its end."""
    after = assigning.end_overdue_search(order, now)
    return None if after is None else without_driver(after, "search_overdue")


def _return_overdue(order: Order, now: datetime) -> Change[Order] | None:
    """Raise one alarm when the goods should be back by now."""
    after = flag_overdue_return(order, now)
    if after is None or after.delivery.return_by is None:
        return None
    event = announce.of(OrderReturnOverdue, after, return_by=after.delivery.return_by)

    def alarm() -> None:
        RETURNS_OVERDUE.labels(after.service).inc()
        log.error("order.return_overdue", order_id=after.order_id, driver_id=after.driver_id)

    return Change(after, (event,), Entry(after.status, BY_ORDERS, "return_overdue"), after_write=alarm)


def _proposal_lapsed(order: Order, now: datetime) -> Change[Order] | None:
    """Drop a proposal without an answer, or end the order that cannot go on without it."""
    after = lapse_proposal(order, now)
    return None if after is None else answered(after, order, BY_ORDERS, accepted=False)


def _merchant_silent(order: Order, now: datetime) -> Change[Order] | None:
    """End an order whose merchant has not answered in time."""
    after = cooking.give_up_on_silent_merchant(order, now)
    return None if after is None else unserved(after)


def _courier_due(order: Order, now: datetime) -> Change[Order] | None:
    """Start the search so that the courier comes when the food is ready."""
    after = cooking.search_while_cooking(order, now)
    if after is None:
        return None
    return Change(after, (announce.search_started(after),), Entry(after.status, BY_ORDERS))


STEPS: tuple[Callable[[Order, datetime], Change[Order] | None], ...] = (
    _search_begins,
    _search_overdue,
    _return_overdue,
    _proposal_lapsed,
    _merchant_silent,
    _courier_due,
)
