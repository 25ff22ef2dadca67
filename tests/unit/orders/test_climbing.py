"""Climbs: what the restricted route asks, the two legs, and what a closure does to a booking."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import bson
import pytest

from contracts.values import Actor, Leg, OrderStatus, Place, Role, VehicleClass
from services.orders.adapters.mongo import ORDER, ROUTE_STATUS
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.intake.intake import take_in
from services.orders.domain.intake.request import Lookups
from services.orders.domain.order import Order
from services.orders.domain.route.closing import cancel_for_closed_route, flag_guest_on_closed_route
from services.orders.domain.route.routes import route_between
from services.orders.domain.route.status import RouteStatus
from services.orders.domain.search.assigning import assign
from services.orders.domain.search.starting import start_search
from services.orders.domain.transitions import Action
from services.orders.domain.trip.driving import drive
from services.orders.handlers.route_status_changed import route_due
from tests.support.builders import PARK, STATION
from tests.support.memory import Memory, Turns
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


def test_a_night_departure_is_booked_and_needs_a_trail_bike() -> None:
    order = a_climb()

    assert order.status is OrderStatus.SCHEDULED
    assert order.policy is not None
    assert order.policy.requirements.vehicle_classes == [VehicleClass.TRAIL]
    assert order.climb is not None
    assert AT_ONE + timedelta(minutes=50) < order.climb.at_gate < AT_ONE + timedelta(minutes=70)
    assert order.dropoff_district == "35.10.24"


def test_the_fare_is_that_of_both_ways_and_inside_the_band() -> None:
    order = a_climb()

    assert order.fare is not None
    assert order.distance_m > 55_000
    assert 2_000 * order.distance_m / 1000 <= order.fare.total <= 2_500 * order.distance_m / 1000


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"scheduled_for": AT_ONE + timedelta(hours=12)}, "route_hours"),
        ({"scheduled_for": AT_ONE + timedelta(days=9)}, "route_closed"),
        ({"dropoff": Place.model_validate(PARK)}, "outside_route"),
        ({"status": CLOSED}, "route_closed"),
        ({"scheduled_for": None}, "schedule_required"),
        ({"details": {**DECLARED, "health_letter_declared": False}}, "details_not_allowed"),
    ],
    ids=[
        "in the afternoon",
        "on the first Friday",
        "not up there",
        "closed since",
        "at once",
        "without a health letter",
    ],
)
def test_a_climb_that_is_not_allowed_is_rejected_with_its_reason(
    changes: dict[str, Any], reason: str
) -> None:
    order = a_climb(**changes)

    assert order.ending is not None
    assert (order.status, order.ending.reason) == (OrderStatus.REJECTED, reason)


def test_any_service_on_the_route_needs_one_of_its_vehicles() -> None:
    ride = a_climb("ride", scheduled_for=AT_ONE, details={})

    assert ride.policy is not None
    assert ride.policy.requirements.vehicle_classes == [VehicleClass.TRAIL]


def test_the_driver_stays_bound_until_the_way_back_is_done() -> None:
    order = a_driven_climb()

    up = after(order, (Action.ARRIVE, None), (Action.PICK_UP, None), (Action.DELIVER, Leg.OUT))
    down = after(up, (Action.ARRIVE, Leg.BACK), (Action.PICK_UP, Leg.BACK))
    home = after(down, (Action.DELIVER, Leg.BACK))

    assert (up.status, up.driver_id) == (OrderStatus.AWAITING_RETURN, "d-7")
    assert (down.status, down.leg) == (OrderStatus.PICKED_UP, Leg.BACK)
    assert home.status is OrderStatus.COMPLETED
    assert home.completed_at == NOW


@pytest.mark.parametrize("leg", [None, Leg.OUT])
def test_a_repeated_report_of_the_way_out_never_ends_the_way_back(leg: Leg | None) -> None:
    up = after(a_driven_climb(), (Action.DELIVER, Leg.OUT))
    down = after(up, (Action.PICK_UP, Leg.BACK))

    assert drive(up, Action.DELIVER, "d-7", NOW, leg=leg) is None
    assert drive(down, Action.DELIVER, "d-7", NOW, leg=leg) is None
    assert drive(down, Action.PICK_UP, "d-7", NOW, leg=leg) is None


def test_a_step_of_the_way_back_implies_the_way_out() -> None:
    order = a_driven_climb()

    assert after(order, (Action.PICK_UP, Leg.BACK)).status is OrderStatus.PICKED_UP
    assert after(order, (Action.DELIVER, Leg.BACK)).status is OrderStatus.COMPLETED
    with pytest.raises(TooEarly):
        drive(order, Action.ARRIVE, "d-7", NOW, leg=Leg.BACK)


def test_another_driver_cannot_report_the_way_back() -> None:
    up = after(a_driven_climb(), (Action.DELIVER, Leg.OUT))

    with pytest.raises(StepRefused, match="wrong_driver"):
        drive(up, Action.DELIVER, "d-8", NOW, leg=Leg.BACK)


@pytest.mark.parametrize("order", [a_climb(), a_driven_climb()], ids=["booked", "assigned"])
def test_a_closure_cancels_a_booked_climb_without_a_fee(order: Order) -> None:
    ended = cancel_for_closed_route(order, CLOSED, NOW)

    assert ended is not None
    assert ended.ending is not None
    assert ended.status is OrderStatus.CANCELLED
    assert (ended.ending.reason, ended.ending.fee, ended.ending.by) == (
        "route_closed",
        0,
        Actor(role=Role.SYSTEM, id="orders"),
    )


def test_a_closure_cancels_neither_a_climb_under_way_nor_one_that_it_does_not_concern() -> None:
    up = after(a_driven_climb(), (Action.DELIVER, Leg.OUT))
    over_by_then = replace(CLOSED, until=AT_ONE - timedelta(hours=1))
    elsewhere = replace(CLOSED, route="raung")

    assert cancel_for_closed_route(up, CLOSED, NOW) is None
    assert cancel_for_closed_route(a_climb(), over_by_then, NOW) is None
    assert cancel_for_closed_route(a_climb(), elsewhere, NOW) is None
    assert (
        cancel_for_closed_route(
            a_climb("ride", dropoff=Place.model_validate(PARK), details={}, scheduled_for=None), CLOSED, NOW
        )
        is None
    )


def test_a_guest_on_a_closing_route_raises_one_alarm() -> None:
    up = after(a_driven_climb(), (Action.DELIVER, Leg.OUT))

    found = flag_guest_on_closed_route(up, CLOSED, NOW)

    assert found is not None
    noted, closed_from = found
    assert (noted.status, noted.cut_off, closed_from) == (OrderStatus.AWAITING_RETURN, True, NOW)
    assert flag_guest_on_closed_route(noted, CLOSED, NOW) is None


class Immediately(Turns):
    """Reads and writes never wait."""

    async def mine(self) -> None:
        return


def test_a_later_announcement_does_not_hide_a_closure_that_begins_while_the_guest_is_on_the_route() -> None:
    up = after(a_driven_climb(), (Action.DELIVER, Leg.OUT))
    said: list[Any] = []
    tonight = replace(CLOSED, starts_at=NOW + timedelta(hours=7))
    opens_again = replace(CLOSED, open=True, starts_at=NOW + timedelta(days=7), before=tonight)
    clock = SimpleNamespace(now=lambda: NOW)
    orders, words = (Memory(kind, Immediately(), clock, said.append) for kind in (ORDER, ROUTE_STATUS))
    orders.documents["o-1"] = {"version": 1, "state": ORDER.encode(up), "seen": []}
    words.documents["ijen"] = {"version": 1, "state": ROUTE_STATUS.encode(opens_again), "seen": []}
    on_route = SimpleNamespace(on=lambda _: asyncio.sleep(0, ["o-1"]))
    context = SimpleNamespace(orders=orders, route_statuses=words, orders_on_route=on_route, clock=clock)

    asyncio.run(route_due(context, "ijen"))  # type: ignore[arg-type]

    assert [alarm.data.closed_from for alarm in said] == [NOW + timedelta(hours=7)]


@pytest.mark.parametrize(
    ("closure", "alarm"),
    [
        (replace(CLOSED, starts_at=NOW + timedelta(hours=7)), True),
        (replace(CLOSED, starts_at=NOW + timedelta(hours=9)), False),
        (replace(CLOSED, starts_at=NOW - timedelta(hours=2), until=NOW), False),
        (replace(CLOSED, open=True), False),
        (replace(CLOSED, route="raung"), False),
    ],
    ids=["before he is down", "after he is down", "over", "opened", "elsewhere"],
)
def test_only_a_closure_that_reaches_the_guest_raises_an_alarm(closure: RouteStatus, alarm: bool) -> None:
    up = after(a_driven_climb(), (Action.DELIVER, Leg.OUT))

    assert (flag_guest_on_closed_route(up, closure, NOW) is not None) is alarm


def test_a_guest_who_has_not_left_or_is_back_raises_no_alarm() -> None:
    down = after(a_driven_climb(), (Action.DELIVER, Leg.BACK))

    assert [
        flag_guest_on_closed_route(order, CLOSED, NOW) for order in (a_climb(), a_driven_climb(), down)
    ] == [None, None, None]


def test_a_climb_comes_back_from_the_database_as_it_was() -> None:
    order = after(a_driven_climb(), (Action.DELIVER, Leg.OUT))
    stored = bson.decode(bson.encode(ORDER.encode(order)), bson.CodecOptions(tz_aware=True))

    assert ORDER.decode(stored) == order
    assert stored["climb"]["route"] == "ijen"


def test_a_trip_in_town_uses_no_restricted_route() -> None:
    assert (
        route_between(CATALOGUE.area.routes, Place.model_validate(STATION), Place.model_validate(PARK))
        is None
    )
