"""What an order does by itself when its time has come, or is over: never "exactly now"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from contracts.events.orders import OrderReturnOverdue
from services.orders.domain.changes.changing import lapse
from services.orders.domain.custody.returning import return_overdue
from services.orders.domain.kitchen.cooking import search_due, silent
from services.orders.domain.order import Order
from services.orders.domain.search.assigning import search_begins, search_overdue
from services.orders.handlers import announce
from services.orders.handlers.beginning import begun
from services.orders.handlers.changes import answered
from services.orders.handlers.match_failed import BY, unserved, without_driver
from services.orders.metrics import RETURNS_OVERDUE
from services.orders.ports import Context
from services.runtime.change import Change, Entry, timer_cause

log = structlog.get_logger()

Due = Callable[[Order, datetime], Change[Order] | None]


def _search_overdue(order: Order, now: datetime) -> Change[Order] | None:
    """Matching has not answered long after the search's end: it is over all the same, nobody waits for ever."""
    after = search_overdue(order, now)
    return None if after is None else without_driver(after, "search_overdue")


def _search_begins(order: Order, now: datetime) -> Change[Order] | None:
    """A booked order is searched for, also where its minute is long over."""
    after = search_begins(order, now)
    if after is None:
        return None
    if after.ended:
        return unserved(after)
    return Change(after, begun(after), Entry(after.status, BY))


def _merchant_silent(order: Order, now: datetime) -> Change[Order] | None:
    ended = silent(order, now)
    return None if ended is None else unserved(ended)


def _courier_due(order: Order, now: datetime) -> Change[Order] | None:
    """The food will be ready by the time that a courier is there."""
    searched = search_due(order, now)
    if searched is None:
        return None
    return Change(searched, (announce.search_started(searched),), Entry(searched.status, BY))


def _proposal_lapsed(order: Order, now: datetime) -> Change[Order] | None:
    after = lapse(order, now)
    return None if after is None else answered(after, order, BY, accepted=False)


def _return_overdue(order: Order, now: datetime) -> Change[Order] | None:
    """The goods should be back: somebody has to look for them. An alarm, once."""
    noted = return_overdue(order, now)
    if noted is None or noted.delivery.return_by is None:
        return None
    RETURNS_OVERDUE.labels(noted.service).inc()
    log.error("order.return_overdue", order_id=noted.order_id, driver_id=noted.driver_id)
    event = announce.of(OrderReturnOverdue, noted, return_by=noted.delivery.return_by)
    return Change(noted, (event,), Entry(noted.status, BY, "return_overdue"))


DUE: tuple[Due, ...] = (
    _search_begins,
    _search_overdue,
    _return_overdue,
    _proposal_lapsed,
    _merchant_silent,
    _courier_due,
)
"""Each looks at the order for itself; the first that has something to do does it, and the next one follows at once."""


class TimerHandler:
    """Fires what is due."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, order_id: str) -> None:
        """Decide on the present state; nothing happens where the order has moved on since."""
        now = self._context.clock.now()

        def decide(present: Order | None) -> Change[Order] | None:
            if present is None:
                return None
            return next((change for due in DUE if (change := due(present, now)) is not None), None)

        await self._context.orders.change(order_id, timer_cause("order", order_id, now), decide)
