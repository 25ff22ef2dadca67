"""What the closure of a route means for an order on it."""

from __future__ import annotations

from datetime import datetime

import structlog

from contracts.events.orders import OrderRouteClosed
from services.orders.domain.order import SYSTEM, Order
from services.orders.domain.route.closing import cancel_for_closed_route, flag_guest_on_closed_route
from services.orders.domain.route.status import RouteStatus
from services.orders.events import announce
from services.orders.metrics import GUESTS_ON_CLOSED_ROUTE
from services.orders.steps.endings import cancelled
from services.runtime.change import Change, Entry

log = structlog.get_logger()


def closed(order: Order, status: RouteStatus, now: datetime) -> Change[Order] | None:
    """Cancel the order free of charge where its guest has not left yet.

    Raise an alarm where they are on the route.
    """
    ended = cancel_for_closed_route(order, status, now)
    return _cut_off(order, status, now) if ended is None else cancelled(ended)


def _cut_off(order: Order, status: RouteStatus, now: datetime) -> Change[Order] | None:
    """Raise one alarm: a person has to look after guest and driver. The trip goes on."""
    found = flag_guest_on_closed_route(order, status, now)
    if found is None:
        return None
    after, closed_from = found
    event = announce.of(OrderRouteClosed, after, route=status.route, closed_from=closed_from)

    def alarm() -> None:
        GUESTS_ON_CLOSED_ROUTE.labels(after.service).inc()
        log.error(
            "order.route_closed", order_id=after.order_id, driver_id=after.driver_id, route=status.route
        )

    entry = Entry(after.status, f"{SYSTEM.role}:{SYSTEM.id}", "route_closed")
    return Change(after, (event,), entry, after_write=alarm)
