"""`route.status_changed.v1`: a closure calls off, free of any fee, whoever has not left; for a guest on the route it is an alarm."""

from __future__ import annotations

from datetime import datetime

import structlog

from contracts.events.orders import OrderRouteClosed
from contracts.message import Message
from contracts.requests.roads import RouteStatusChanged
from services.orders.domain.kitchen.merchant import not_ahead
from services.orders.domain.order import Order
from services.orders.domain.route.closing import caught, shut_out
from services.orders.domain.route.status import RouteStatus, heard, swept
from services.orders.domain.search.starting import SYSTEM
from services.orders.handlers import announce
from services.orders.handlers.calling_off import cancelled
from services.orders.handlers.refusing import refusing_fact
from services.orders.metrics import CUT_OFF
from services.orders.ports import Context
from services.runtime.change import Cause, Change, Entry, cause_of, timer_cause
from services.runtime.errors import Rejected

log = structlog.get_logger()


class RouteStatusChangedHandler:
    """First the word is kept, so that no new order gets in; then the orders are looked for, and once more a minute later.

    And when a closure begins that was said ahead.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[RouteStatusChanged]) -> None:
        """Keep the word and call off; all of it can be done again."""
        said = message.data
        route = next(
            (route for route in self._context.catalogue.area.routes if route.name == said.route), None
        )
        if route is None:
            raise Rejected("unknown_route", pointer="/route")
        with refusing_fact():
            not_ahead(message.time, self._context.clock.now())
        word = RouteStatus(
            route=said.route,
            as_of=message.time,
            open=said.open and (said.level is None or route.opens_at(said.level)),
            reason=said.reason,
            starts_at=said.starts_at or message.time,
            until=said.until,
            level=said.level,
        )

        def decide(known: RouteStatus | None) -> Change[RouteStatus] | None:
            status = heard(known, word, self._context.clock.now())
            if status is None:
                return None
            return Change(
                status, (), Entry("open" if status.open else "closed", f"{said.by.role}:{said.by.id}")
            )

        await self._context.route_statuses.change(said.route, cause_of(message), decide)
        await self.call_off(said.route, cause_of(message))

    async def fire(self, route: str) -> None:
        """Look once more for orders that were being taken in while the word came, or whose guest has left since."""
        now = self._context.clock.now()
        cause = timer_cause("route", route, now)
        await self.call_off(route, cause)

        def decide(known: RouteStatus | None) -> Change[RouteStatus] | None:
            done = swept(known, now) if known else None
            return None if done is None else Change(done)

        await self._context.route_statuses.change(route, cause, decide)

    async def call_off(self, route: str, cause: Cause) -> None:
        """End every order that what is known now shuts out, and raise the alarm for who is up there."""
        stored = await self._context.route_statuses.get(route)
        if stored is None:
            return
        status = stored.state

        def decide(present: Order | None) -> Change[Order] | None:
            if present is None:
                return None
            now = self._context.clock.now()
            ended = shut_out(present, status, now)
            return _cut_off(present, status, now) if ended is None else cancelled(ended)

        for order_id in await self._context.climbers.on(route):
            await self._context.orders.change(order_id, cause, decide)


def _cut_off(order: Order, status: RouteStatus, now: datetime) -> Change[Order] | None:
    """Somebody has to look after the guest and his driver. An alarm, once; the trip goes on."""
    found = caught(order, status, now)
    if found is None:
        return None
    noted, closed_from = found
    CUT_OFF.labels(noted.service).inc()
    log.error("order.route_closed", order_id=noted.order_id, driver_id=noted.driver_id, route=status.route)
    event = announce.of(OrderRouteClosed, noted, route=status.route, closed_from=closed_from)
    return Change(noted, (event,), Entry(noted.status, f"{SYSTEM.role}:{SYSTEM.id}", "route_closed"))
