"""The emergency button through the orders service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.enums import Role
from contracts.requests.drivers import DriverDelivered, DriverEmergencyRaised
from contracts.requests.orders import EmergencyResolved, OrderEmergencyRaised
from contracts.values import Actor
from tests.support.builders import a_match_made, an_order_requested
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from tests.support.outside import OutsideApp

PLACE = {"lat": -8.0716, "lng": 114.2236}
PRESSED: dict[str, Any] = {"driver_id": "d-7", "order_id": "o-1", "place": PLACE}
OPERATOR = Actor(role=Role.OPERATOR, id="op-3")


async def test_an_emergency_is_told_to_all_and_its_place_only_to_those_who_help(app: OutsideApp) -> None:
    await app.request(DriverEmergencyRaised.model_validate(PRESSED))

    raised = await app.event("emergency.raised.v1", driver_id="d-7")
    briefed = await app.event("emergency.briefed.v1", driver_id="d-7")

    assert (raised.data.order_id, raised.data.raised_by) == ("o-1", "driver")
    assert briefed.data.emergency_id == raised.data.emergency_id
    assert briefed.data.place.lat == PLACE["lat"]
    assert raised.sequence == briefed.sequence == 1


async def test_a_customers_emergency_is_accepted_for_an_unknown_order_too(app: OutsideApp) -> None:
    pressed = {
        "order_id": "o-never-heard-of",
        "by": {"role": "customer", "id": "c-1"},
        "place": PLACE,
    }

    await app.request(OrderEmergencyRaised.model_validate(pressed))

    raised = await app.event("emergency.raised.v1", order_id="o-never-heard-of")
    briefed = await app.event("emergency.briefed.v1", emergency_id=raised.data.emergency_id)
    assert (raised.data.raised_by, raised.data.raised_by_id, raised.data.driver_id) == (
        "customer",
        "c-1",
        None,
    )
    assert briefed.data.place.lat == PLACE["lat"]
    assert app.of_type("request.rejected.v1") == []


async def test_a_customers_emergency_names_the_driver_also_after_the_trip(app: OutsideApp) -> None:
    await app.request(an_order_requested())
    await app.event("order.search_started.v1")
    await app.request(a_match_made())
    await app.event("order.driver_assigned.v1")
    pressed = {"order_id": "o-1", "by": {"role": "customer", "id": "c-1"}, "place": PLACE}

    await app.request(OrderEmergencyRaised.model_validate(pressed))
    await app.event("emergency.raised.v1", order_id="o-1", driver_id="d-7")
    await app.request(DriverDelivered(driver_id="d-7", order_id="o-1"))
    await app.event("order.completed.v1")
    await app.request(OrderEmergencyRaised.model_validate(pressed))

    await eventually(lambda: len(app.of_type("emergency.raised.v1", order_id="o-1", driver_id="d-7")) == 2)


async def test_a_strangers_emergency_is_accepted_and_names_no_driver(app: OutsideApp) -> None:
    await app.request(an_order_requested())
    await app.event("order.search_started.v1")
    await app.request(a_match_made())
    await app.event("order.driver_assigned.v1")
    pressed = {"order_id": "o-1", "by": {"role": "customer", "id": "c-stranger"}, "place": PLACE}

    await app.request(OrderEmergencyRaised.model_validate(pressed))

    raised = await app.event("emergency.raised.v1", order_id="o-1")
    briefed = await app.event("emergency.briefed.v1", emergency_id=raised.data.emergency_id)
    assert (raised.data.raised_by_id, raised.data.driver_id, briefed.data.driver_id) == (
        "c-stranger",
        None,
        None,
    )
    assert briefed.data.place.lat == PLACE["lat"]


async def test_an_operator_closes_an_emergency_once(app: OutsideApp) -> None:
    await app.request(DriverEmergencyRaised.model_validate(PRESSED))
    emergency_id = (await app.event("emergency.raised.v1")).data.emergency_id

    stranger = await app.request(
        EmergencyResolved(emergency_id=emergency_id, by=Actor(role=Role.CUSTOMER, id="c-1"))
    )
    refused = await app.event("request.rejected.v1", request_id=stranger.id)
    for _ in range(2):
        await app.request(EmergencyResolved(emergency_id=emergency_id, by=OPERATOR))
    await app.request(DriverEmergencyRaised.model_validate({**PRESSED, "driver_id": "d-8"}))

    await app.event("emergency.raised.v1", driver_id="d-8")
    closed = await app.event("emergency.closed.v1", emergency_id=emergency_id)
    assert refused.data.reason == "wrong_actor"
    assert (closed.data.driver_id, closed.sequence) == ("d-7", 2)
    assert len(app.of_type("emergency.closed.v1")) == 1


async def test_the_same_press_twice_is_one_emergency_and_another_press_is_another(app: OutsideApp) -> None:
    pressed = DriverEmergencyRaised.model_validate(PRESSED)
    first = await app.request(pressed)
    await app.send(first)
    await app.request(pressed)
    await app.request(DriverEmergencyRaised.model_validate({**PRESSED, "driver_id": "d-8"}))

    await app.event("emergency.raised.v1", driver_id="d-8")
    assert len(app.of_type("emergency.raised.v1", driver_id="d-7")) == 2
