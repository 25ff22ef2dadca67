"""What the order's events change in search and driver, in any order of arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aio_pika

from contracts.events.orders import (
    OrderDriverUnassigned,
    OrderMatchRefused,
)
from contracts.requests.drivers import DriverShiftEnded
from tests.integration.matching.trips import cancelled, completed, confirmed, matched
from tests.support import builders
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from services.runtime.process.runtime import Runtime


async def test_a_completed_order_frees_its_driver_for_the_next_one(town: Any, matching: Runtime) -> None:
    await matched(town)
    await town.send(builders.a_driver_assigned(), sequence=2)
    await eventually(lambda: confirmed(town))

    await town.send(completed(), sequence=3)

    (released,) = await town.of("driver.released.v1")
    assert (released.driver_id, released.order_id) == ("d-7", "o-1")
    assert await town.state("searches", "o-1", "status") == "closed"
    await town.search("o-2")
    await town.of("offer.made.v1", order_id="o-2")


async def test_a_cancellation_frees_the_winner_even_when_it_names_no_driver(
    town: Any, matching: Runtime
) -> None:
    await matched(town)

    await town.send(cancelled(), sequence=2)

    await town.of("driver.released.v1", driver_id="d-7")


async def test_a_cancellation_withdraws_open_offers(town: Any, matching: Runtime) -> None:
    await town.driver("d-7", north_m=100)
    await town.search()
    (offer,) = await town.of("offer.made.v1")

    await town.send(cancelled(), sequence=2)

    (closed,) = await town.of("offer.closed.v1")
    assert (closed.offer_id, closed.outcome) == (offer.offer_id, "withdrawn")


async def test_an_order_cancelled_before_its_search_is_known_is_never_searched(
    town: Any, matching: Runtime
) -> None:
    await town.driver("d-7", north_m=100)
    await town.send(cancelled(), sequence=2)
    await eventually(lambda: _is_closed(town))

    await town.search(sequence=1)
    await town.search("o-2", sequence=1)

    await town.of("offer.made.v1", order_id="o-2")
    assert town.said("offer.made.v1", order_id="o-1") == []
    assert await _is_closed(town)


async def test_a_refused_match_frees_the_driver_and_closes_the_search(town: Any, matching: Runtime) -> None:
    match = await matched(town)

    refused = {"driver_id": "d-7", "offer_id": match.offer_id, "attempt": 1, "reason": "order_ended"}
    await town.send(OrderMatchRefused.model_validate({**builders.ORDER_EVENT, **refused}))

    await town.of("driver.released.v1", driver_id="d-7")
    assert await _is_closed(town)


async def test_a_driver_who_gave_the_order_back_is_free_and_not_asked_again_for_it(
    town: Any, matching: Runtime
) -> None:
    await matched(town)
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
    await matched(town)
    await town.driver("d-other", north_m=900)
    gone = {"driver_id": "d-7", "attempt": 1, "reason": "driver_cancelled"}

    await town.search(sequence=3, attempt=2, excluded_drivers=["d-7"])
    await town.send(OrderDriverUnassigned.model_validate({**builders.ORDER_EVENT, **gone}), sequence=3)

    await town.of("driver.released.v1", driver_id="d-7")
    (offer,) = await town.of("offer.made.v1", attempt=2)
    assert offer.driver_id == "d-other"
    assert await town.state("searches", "o-1", "status") == "open"


async def test_a_shift_that_arrives_before_the_registration_ends_in_the_same_state(
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


async def test_impossible_facts_are_refused(town: Any, matching: Runtime) -> None:
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


async def test_a_paper_with_an_impossible_date_is_refused_and_registers_no_driver(
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


async def _is_closed(town: Any) -> bool:
    return bool(await town.state("searches", "o-1", "status") == "closed")
