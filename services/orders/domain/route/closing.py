"""What a restricted route asks of an order, and what its closure does to one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from contracts.values import OrderStatus, Requirements, Role
from services.orders.domain.order import SYSTEM, Ending, Order
from services.orders.domain.route.routes import RestrictedRoute
from services.orders.domain.route.status import RouteStatus
from services.orders.domain.route.terms import Climb
from services.orders.domain.transitions import TRANSITIONS, Action, move

WITH_GUEST = frozenset({OrderStatus.PICKED_UP, OrderStatus.AWAITING_RETURN})


def climb_of(route: RestrictedRoute | None, order: Order, way_m: int, now: datetime) -> Climb | None:
    """The climb of an order that starts or ends behind the gate, else None. `way_m`: metres to get there."""
    if route is None or not (route.leads_to(order.pickup) or route.leads_to(order.dropoff)):
        return None
    return Climb(route.name, route.at_gate(order.scheduled_for or now, way_m))


def climb_refused(order: Order, route: RestrictedRoute | None, status: RouteStatus | None) -> str | None:
    """The reason code where the order is not on its service's route, or the gate is closed at that time."""
    rules = order.policy.route if order.policy else None
    if rules is not None and (route is None or route.name != rules.name or not route.leads_to(order.dropoff)):
        return "outside_route"
    return None if order.climb is None or route is None else route.refusal(order.climb.at_gate, status)


def requirements_on(requirements: Requirements, route: RestrictedRoute | None) -> Requirements:
    """The requirements, with the vehicles of the route where there is one."""
    if route is None:
        return requirements
    return requirements.model_copy(update={"vehicle_classes": list(route.vehicle_classes)})


def cancel_for_closed_route(order: Order, status: RouteStatus, now: datetime) -> Order | None:
    """The order cancelled free of charge; None where the closure does not apply, or the guest has left."""
    on_route = (
        order.climb is not None
        and order.climb.route == status.route
        and status.open_at(order.climb.at_gate) is False
    )
    if not on_route or order.status not in TRANSITIONS[Action.CALL_OFF].sources:
        return None
    return move(
        replace(order, proposal=None),
        Action.CALL_OFF,
        Role.SYSTEM,
        now,
        ending=Ending("route_closed", SYSTEM),
    )


def flag_guest_on_closed_route(
    order: Order, status: RouteStatus, now: datetime
) -> tuple[Order, datetime] | None:
    """The order with the alarm noted, and since when its route is closed, where its guest is on the route.

    None where they are not, and the second time. A closure that begins before they are down again counts too.
    """
    if (
        order.climb is None
        or order.climb.route != status.route
        or order.status not in WITH_GUEST
        or order.cut_off
    ):
        return None
    schedule = order.policy.schedule if order.policy else None
    down_by = now + timedelta(seconds=(schedule.takes_s if schedule else None) or 0)
    closed_from = status.closed_from(now, down_by)
    return None if closed_from is None else (replace(order, cut_off=True), closed_from)
