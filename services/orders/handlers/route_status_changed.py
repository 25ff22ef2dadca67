"""`route.status_changed.v1`: note the status of a route, and find the orders that a closure concerns."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.roads import RouteStatusChanged
from services.orders.domain.order import Order
from services.orders.domain.route.routes import RestrictedRoute
from services.orders.domain.route.status import RouteStatus, after_sweep, newer_status
from services.orders.ports import Context
from services.orders.steps import by_route
from services.runtime.change import Cause, Change, Entry, cause_of, timer_cause
from services.runtime.errors import Rejected
from services.runtime.facts import require_not_ahead


async def route_status_changed(context: Context, message: Message[RouteStatusChanged]) -> None:
    """First note the status, so that no new order gets in; then call orders off. All of it can be done again.

    Raises `Rejected` for an unknown route and a status of the future.
    """
    said, now = message.data, context.clock.now()
    route = next((route for route in context.catalogue.area.routes if route.name == said.route), None)
    if route is None:
        raise Rejected("unknown_route", pointer="/route")
    require_not_ahead(message.time, now)
    status = _status_of(message, route)

    def decide(known: RouteStatus | None) -> Change[RouteStatus] | None:
        after = newer_status(known, status, context.clock.now())
        if after is None:
            return None
        return Change(after, (), Entry("open" if after.open else "closed", f"{said.by.role}:{said.by.id}"))

    await context.route_statuses.change(said.route, cause_of(message), decide)
    await _call_off(context, said.route, cause_of(message))


async def route_due(context: Context, route: str) -> None:
    """Look again a minute later, and when an announced closure begins.

    It finds orders that were being taken in, and guests who have left meanwhile.
    """
    now = context.clock.now()
    cause = timer_cause("route", route, now)
    await _call_off(context, route, cause)

    def decide(known: RouteStatus | None) -> Change[RouteStatus] | None:
        done = after_sweep(known, now) if known else None
        return None if done is None else Change(done)

    await context.route_statuses.change(route, cause, decide)


async def _call_off(context: Context, route: str, cause: Cause) -> None:
    """End every order that the present status shuts out, and raise the alarm for guests on the route."""
    stored = await context.route_statuses.get(route)
    if stored is None:
        return
    status = stored.state

    def decide(present: Order | None) -> Change[Order] | None:
        return None if present is None else by_route.closed(present, status, context.clock.now())

    for order_id in await context.orders_on_route.on(route):
        await context.orders.change(order_id, cause, decide)


def _status_of(message: Message[RouteStatusChanged], route: RestrictedRoute) -> RouteStatus:
    said = message.data
    return RouteStatus(
        route=said.route,
        as_of=message.time,
        open=said.open and (said.level is None or route.opens_at(said.level)),
        reason=said.reason,
        starts_at=said.starts_at or message.time,
        until=said.until,
        level=said.level,
    )
