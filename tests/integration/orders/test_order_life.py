"""A ride through the orders service alone: the test plays matching and the apps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.enums import Role
from contracts.events.matching import MatchWithdrawn
from contracts.requests.drivers import DriverArrived, DriverCancelled, DriverDelivered, DriverPickedUp
from contracts.requests.orders import OrderReportRequested
from contracts.values import Actor
from tests.integration.orders.rides import STEP, an_assigned_ride
from tests.support.builders import a_cancellation_requested, a_match_failed, a_match_made, an_order_requested

if TYPE_CHECKING:
    from tests.support.outside import OutsideApp


async def test_a_ride_is_accepted_and_a_driver_is_searched(app: OutsideApp) -> None:
    await app.request(an_order_requested())

    accepted = await app.event("order.accepted.v1", order_id="o-1")
    searched = await app.event("order.search_started.v1", order_id="o-1")

    assert accepted.data.fare.total == 9000
    assert searched.data.search.radii_m == [1000, 1500, 2000, 2500, 3000]
    assert searched.sequence == accepted.sequence == 1
    assert searched.causation_id == accepted.causation_id


async def test_a_ride_is_driven_to_its_end(app: OutsideApp) -> None:
    await an_assigned_ride(app)

    await app.request(DriverArrived(**STEP))
    await app.event("order.driver_arrived.v1")
    await app.request(DriverPickedUp(**STEP))
    await app.event("order.picked_up.v1")
    await app.request(DriverDelivered(**STEP))
    completed = await app.event("order.completed.v1")

    assert completed.data.driver_id == "d-7"
    assert completed.data.tell == ["customer", "driver"]
    assert completed.data.fare.total == 9000


async def test_only_the_driver_learns_the_exact_places(app: OutsideApp) -> None:
    await an_assigned_ride(app)

    briefed = await app.event("assignment.briefed.v1")
    assigned = await app.event("order.driver_assigned.v1")

    assert briefed.data.pickup.label == "Stasiun Banyuwangi Kota"
    assert "114.3745" not in assigned.data.model_dump_json()


async def test_steps_out_of_order_lead_to_the_same_end(app: OutsideApp) -> None:
    await app.request(DriverDelivered(**STEP))
    await app.request(DriverPickedUp(**STEP))
    await app.request(DriverArrived(**STEP))
    await an_assigned_ride(app)

    await app.event("order.completed.v1")

    assert app.of_type("request.rejected.v1") == []


async def test_a_driver_who_gives_back_before_the_match_arrives_is_not_asked_again(
    app: OutsideApp,
) -> None:
    await app.request(an_order_requested())
    await app.event("order.search_started.v1")
    await app.request(DriverCancelled(**STEP, reason="flat tyre"))
    await app.request(a_match_made())

    again = await app.event("order.search_started.v1", attempt=2)

    assert again.data.excluded_drivers == ["d-7"]
    assert app.of_type("request.rejected.v1") == []


async def test_a_cancellation_that_comes_before_its_order_ends_it(app: OutsideApp) -> None:
    await app.request(a_cancellation_requested())
    await app.request(an_order_requested())

    cancelled = await app.event("order.cancelled.v1")

    assert cancelled.data.reason == "customer_cancelled"
    assert cancelled.data.fee == 0


async def test_the_same_request_again_has_no_second_effect(app: OutsideApp) -> None:
    first = await app.request(an_order_requested())
    await app.event("order.accepted.v1")

    await app.send(first)
    await app.request(an_order_requested())
    await app.request(OrderReportRequested(order_id="o-1", by=Actor(role=Role.CUSTOMER, id="c-1")))
    await app.event("order.reported.v1")

    assert len(app.of_type("order.accepted.v1")) == 1
    assert app.of_type("request.rejected.v1") == []


async def test_a_match_for_a_cancelled_order_is_refused(app: OutsideApp) -> None:
    await app.request(an_order_requested())
    await app.event("order.search_started.v1")
    await app.request(a_cancellation_requested())
    await app.event("order.cancelled.v1")

    match = await app.request(a_match_made())
    refused = await app.event("order.match_refused.v1")

    assert refused.data.reason == "order_ended"
    assert refused.data.driver_id == "d-7"
    assert refused.causation_id == match.id
    assert app.of_type("order.driver_assigned.v1") == []


async def test_an_order_without_a_driver_ends_with_its_reason(app: OutsideApp) -> None:
    await app.request(an_order_requested())
    await app.event("order.search_started.v1")

    await app.request(a_match_failed())
    unserved = await app.event("order.unserved.v1")

    assert unserved.data.reason == "no_driver"
    assert unserved.data.tell == ["customer"]


async def test_a_driver_who_gives_the_order_back_is_not_asked_again(app: OutsideApp) -> None:
    await an_assigned_ride(app)

    await app.request(DriverCancelled(**STEP, reason="flat tyre"))
    unassigned = await app.event("order.driver_unassigned.v1")
    searched = await app.event("order.search_started.v1", attempt=2)

    assert unassigned.data.driver_id == "d-7"
    assert searched.data.excluded_drivers == ["d-7"]


async def test_a_withdrawn_match_starts_a_new_search(app: OutsideApp) -> None:
    await an_assigned_ride(app)

    await app.request(
        MatchWithdrawn(order_id="o-1", attempt=1, driver_id="d-7", offer_id="of-1", reason="vanished")
    )

    await app.event("order.search_started.v1", attempt=2)


async def test_cancelling_when_the_driver_has_arrived_costs_the_fee(app: OutsideApp) -> None:
    await an_assigned_ride(app)
    await app.request(DriverArrived(**STEP))
    await app.event("order.driver_arrived.v1")

    await app.request(a_cancellation_requested())
    cancelled = await app.event("order.cancelled.v1")

    assert cancelled.data.fee == 1000
