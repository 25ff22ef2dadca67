"""`route.status_changed.v1`: a route is open or closed; orders that a closure shuts out are called off, free of any fee."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.roads import RouteStatusChanged
from services.orders.domain.climbing import shut_out
from services.orders.domain.merchant import not_ahead
from services.orders.domain.order import Order
from services.orders.domain.route_status import RouteStatus, heard, swept
from services.orders.handlers.calling_off import cancelled
from services.orders.handlers.refusing import refusing_fact
from services.orders.ports import Desk
from services.runtime.aggregates import Change, Entry, cause_of, timer_cause
from services.runtime.errors import Rejected
from services.runtime.outbox import Cause


class RouteStatusChangedHandler:
    """First the word is kept, so that no new order gets in; then the orders are looked for, and once more a minute later."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, message: Message[RouteStatusChanged]) -> None:
        """Keep the word and call off; all of it can be done again."""
        said = message.data
        if said.route not in {route.name for route in self._desk.catalogue.area.routes}:
            raise Rejected("unknown_route", pointer="/route")
        with refusing_fact():
            not_ahead(message.time, self._desk.clock.now())
        word = RouteStatus(
            route=said.route,
            as_of=message.time,
            open=said.open,
            reason=said.reason,
            starts_at=said.starts_at or message.time,
            until=said.until,
            level=said.level,
        )

        def decide(known: RouteStatus | None) -> Change[RouteStatus] | None:
            status = heard(known, word, self._desk.clock.now())
            if status is None:
                return None
            return Change(status, (), Entry("open" if status.open else "closed", f"{said.by.role}:{said.by.id}"))

        await self._desk.route_statuses.change(said.route, cause_of(message), decide)
        await self.call_off(said.route, cause_of(message))

    async def fire(self, route: str) -> None:
        """Look once more for orders that were being taken in while the word came."""
        now = self._desk.clock.now()
        cause = timer_cause("route", route, now)
        await self.call_off(route, cause)

        def decide(known: RouteStatus | None) -> Change[RouteStatus] | None:
            done = swept(known, now) if known else None
            return None if done is None else Change(done)

        await self._desk.route_statuses.change(route, cause, decide)

    async def call_off(self, route: str, cause: Cause) -> None:
        """End every order that what is known now shuts out."""
        stored = await self._desk.route_statuses.get(route)
        if stored is None or stored.state.open:
            return
        status = stored.state

        def decide(present: Order | None) -> Change[Order] | None:
            ended = shut_out(present, status, self._desk.clock.now()) if present else None
            return None if ended is None else cancelled(ended)

        for order_id in await self._desk.climbers.on(route):
            await self._desk.orders.change(order_id, cause, decide)
