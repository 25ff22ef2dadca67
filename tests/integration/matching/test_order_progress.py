"""What the order's events do to its search and its driver, in whatever order they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aio_pika

from contracts.events.orders import (
    OrderCancelled,
    OrderCompleted,
    OrderDriverUnassigned,
    OrderMatchRefused,
)
from contracts.requests.drivers import DriverShiftEnded
from tests.support import builders
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from services.runtime.process.runtime import Runtime


async def test_a_completed_order_frees_its_driver_for_the_next_one(town: Any, matching: Runtime) -> None:
    await _matched(town)
    await town.send(builders.a_driver_assigned(), sequence=2)
    await eventually(lambda: _confirmed(town))

    await town.send(_completed(), sequence=3)

    (released,) = await town.of("driver.released.v1")
    assert (released.driver_id, released.order_id) == ("d-7", "o-1")
    assert await town.state("searches", "o-1", "status") == "closed"
    await town.search("o-2")
    await town.of("offer.made.v1", order_id="o-2")


async def test_a_cancellation_frees_the_winner_even_when_it_names_no_driver(
    town: Any, matching: Runtime
) -> None:
    await _matched(town)

    await town.send(_cancelled(), sequence=2)

    await town.of("driver.released.v1", driver_id="d-7")


async def test_a_cancellation_withdraws_open_offers(town: Any, matching: Runtime) -> None:
    await town.driver("d-7", north_m=100)
    await town.search()
    (offer,) = await town.of("offer.made.v1")

    await town.send(_cancelled(), sequence=2)

    (closed,) = await town.of("offer.closed.v1")
    assert (closed.offer_id, closed.outcome) == (offer.offer_id, "withdrawn")


async def test_an_order_cancelled_before_its_search_is_known_is_never_searched(
    town: Any, matching: Runtime
) -> None:
    await town.driver("d-7", north_m=100)
    await town.send(_cancelled(), sequence=2)
    await eventually(lambda: _is_closed(town))

    await town.search(sequence=1)
    await town.search("o-2", sequence=1)

    await town.of("offer.made.v1", order_id="o-2")
    assert town.said("offer.made.v1", order_id="o-1") == []
    assert await _is_closed(town)


async def test_a_refused_match_frees_the_driver_and_closes_the_search(town: Any, matching: Runtime) -> None:
    match = await _matched(town)

    refused = {"driver_id": "d-7", "offer_id": match.offer_id, "attempt": 1, "reason": "order_ended"}
    await town.send(OrderMatchRefused.model_validate({**builders.ORDER_EVENT, **refused}))

    await town.of("driver.released.v1", driver_id="d-7")
    assert await _is_closed(town)


async def test_who_gave_the_order_back_is_free_and_not_asked_again_for_it(
    town: Any, matching: Runtime
) -> None:
    await _matched(town)
    await town.driver("d-other", north_m=900)
    gone = {"driver_id": "d-7", "attempt": 1, "reason": "driver_cancelled"}

    await town.send(OrderDriverUnassigned.model_validate({**builders.ORDER_EVENT, **gone}), sequence=3)
    await town.search(sequence=3, attempt=2)

    await town.of("driver.released.v1", driver_id="d-7")
    (offer,) = await town.of("offer.made.v1", attempt=2)
    assert offer.driver_id == "d-other"


async def test_a_new_search_that_overtakes_the_unassignment_ends_in_the_same_state(
    town: Any, matching: Runtime
) -> None:
    await _matched(town)
    await town.driver("d-other", north_m=900)
    gone = {"driver_id": "d-7", "attempt": 1, "reason": "driver_cancelled"}

    await town.search(sequence=3, attempt=2, excluded_drivers=["d-7"])
    await town.send(OrderDriverUnassigned.model_validate({**builders.ORDER_EVENT, **gone}), sequence=3)

    await town.of("driver.released.v1", driver_id="d-7")
    (offer,) = await town.of("offer.made.v1", attempt=2)
    assert offer.driver_id == "d-other"
    assert await town.state("searches", "o-1", "status") == "open"


async def test_a_shift_that_comes_before_the_registration_ends_in_the_same_state(
    town: Any, matching: Runtime
) -> None:
    start = town.clock.now()
    await town.send(builders.a_shift_started(driver_id="d-7", place=builders.STATION), time=start)
    await town.send(builders.a_residence_attested(driver_id="d-7"), time=start)

    await town.send(builders.a_driver_registered(driver_id="d-7"), time=start)

    await eventually(lambda: town.is_eligible("d-7"))
    await eventually(lambda: town.state("drivers", "d-7", "shift"))
    await town.search()
    await town.of("offer.made.v1", driver_id="d-7")


async def test_an_older_fact_than_the_known_one_has_no_effect(town: Any, matching: Runtime) -> None:
    before = town.clock.now()
    await town.driver("d-7", north_m=100)

    await town.send(DriverShiftEnded(driver_id="d-7"), time=before)

    await town.search()
    await town.of("offer.made.v1", driver_id="d-7")
    assert await town.state("drivers", "d-7", "shift")


async def test_facts_that_cannot_be_are_refused(town: Any, matching: Runtime) -> None:
    papers = [{"kind": "sim_c", "valid_until": "9999-12-31"}]
    forged = await town.send(builders.a_driver_registered(driver_id="d-8", papers=papers))
    ahead = await town.send(
        builders.a_driver_registered(driver_id="d-9"), time=town.clock.now().replace(year=2030)
    )
    abroad = await town.send(builders.a_shift_started(place={"lat": 0, "lng": 0}))

    refused = await town.of("request.rejected.v1", 3)
    assert {refusal.request_id: refusal.reason for refusal in refused} == {
        forged.id: "invalid_papers",
        ahead.id: "time_ahead",
        abroad.id: "outside_country",
    }


async def test_a_paper_with_a_date_that_is_none_is_refused_and_nobody_is_registered(
    town: Any, matching: Runtime
) -> None:
    message = builders.a_message(
        builders.a_driver_registered(driver_id="d-8"), id="m-no-date", time=town.clock.now()
    )
    headers, body = builders.on_the_wire(message)
    requests = await town.channel.get_exchange("gancang.requests", ensure=False)

    wire = aio_pika.Message(
        body.replace(b"2029-03-14", b"2029-02-30"), headers=headers, content_type="application/json"
    )
    await requests.publish(wire, "driver.registered.v1")

    (refusal,) = await town.of("request.rejected.v1", request_id="m-no-date")
    assert (refusal.reason, refusal.pointer) == ("schema", "/papers/0/valid_until")
    assert await town.database["drivers"].count_documents({}) == 0


async def _matched(town: Any) -> Any:
    await town.driver("d-7", north_m=100)
    await town.search(life_s=600)
    (offer,) = await town.of("offer.made.v1")
    await town.accept(offer)
    (match,) = await town.of("match.made.v1")
    return match


async def _confirmed(town: Any) -> bool:
    live = await town.state("drivers", "d-7", "live") or {}
    return bool(live.get("confirmed"))


async def _is_closed(town: Any) -> bool:
    return bool(await town.state("searches", "o-1", "status") == "closed")


def _cancelled() -> OrderCancelled:
    end = {"by": {"role": "customer", "id": "c-1"}, "reason": "customer_cancelled", "fee": 0}
    return OrderCancelled.model_validate({**builders.ORDER_EVENT, **end})


def _completed() -> OrderCompleted:
    end = {"driver_id": "d-7", "fare": builders.FARE, "distance_m": 1900, "completed_at": builders.NOW}
    return OrderCompleted.model_validate({**builders.ORDER_EVENT, **end})
