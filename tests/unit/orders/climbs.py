"""Climbs up Mount Ijen, and a closure of their route."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from contracts.values import Leg, Place
from services.orders.domain.intake.intake import take_in
from services.orders.domain.intake.request import Lookups
from services.orders.domain.order import Order
from services.orders.domain.route.routes import route_between
from services.orders.domain.route.status import RouteStatus
from services.orders.domain.search.assigning import assign
from services.orders.domain.search.starting import start_search
from services.orders.domain.transitions import Action
from services.orders.domain.trip.driving import drive
from tests.support.orders import CATALOGUE, NOW, an_assignment, wanted

PALTUDING = Place(lat=-8.0716, lng=114.2236)
AT_ONE = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # one o'clock at night there
DECLARED = {"ticket_declared": True, "health_letter_declared": True}
CLOSED = RouteStatus("ijen", NOW, open=False, reason="volcano", starts_at=NOW)


def a_climb(service: str = "ijen", status: RouteStatus | None = None, **changes: Any) -> Order:
    asked = {"dropoff": PALTUDING, "scheduled_for": AT_ONE, "details": DECLARED, **changes}
    request = wanted(**asked)
    facts = Lookups(
        NOW, route=route_between(CATALOGUE.area.routes, request.pickup, request.dropoff), route_status=status
    )
    return take_in(request, CATALOGUE.services[service], CATALOGUE.area, CATALOGUE.bands, facts)


def a_driven_climb() -> Order:
    searched = start_search(a_climb(), NOW)
    order = assign(searched, an_assignment(), NOW)
    assert order is not None
    return order


def after(order: Order, *steps: tuple[Action, Leg | None]) -> Order:
    for step, leg in steps:
        order = drive(order, step, "d-7", NOW, leg=leg) or order
    return order
