"""Climbs: what the restricted route asks of an order, and the two legs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import bson
import pytest

from contracts.values import Leg, OrderStatus, Place, VehicleClass
from services.orders.adapters.mongo import ORDER
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.route.routes import route_between
from services.orders.domain.transitions import Action
from services.orders.domain.trip.driving import drive
from tests.support.builders import PARK, STATION
from tests.support.orders import CATALOGUE, NOW
from tests.unit.orders.climbs import AT_ONE, CLOSED, DECLARED, a_climb, a_driven_climb, after


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


def test_a_climb_comes_back_from_the_database_as_it_was() -> None:
    order = after(a_driven_climb(), (Action.DELIVER, Leg.OUT))
    stored: dict[str, Any] = bson.decode(bson.encode(ORDER.encode(order)), bson.CodecOptions(tz_aware=True))

    assert ORDER.decode(stored) == order
    assert stored["climb"]["route"] == "ijen"


def test_a_trip_in_town_uses_no_restricted_route() -> None:
    assert (
        route_between(CATALOGUE.area.routes, Place.model_validate(STATION), Place.model_validate(PARK))
        is None
    )
