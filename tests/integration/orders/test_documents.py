"""Documents in the orders service alone: proofs, code, failed attempts, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from contracts.codec import body_of
from contracts.enums import Role
from contracts.registry import CONTRACTS, Exchange
from contracts.requests.agencies import AgencyReturnConfirmed
from contracts.requests.drivers import DriverDelivered, DriverDeliveryFailed, DriverPickedUp, DriverReturned
from contracts.requests.orders import OrderCodeRequested, OrderReportRequested
from contracts.values import Actor, Proof
from services.runtime.storage.database import connect, database_of
from tests.integration.orders.documents import (
    SEALED,
    STEP,
    a_document,
    a_document_on_the_way,
    an_assigned_document,
    code,
    rejected,
    sealed_with,
    wrong,
)
from tests.support.builders import a_cancellation_requested, a_match_made, an_order_requested

if TYPE_CHECKING:
    from tests.support.outside import OutsideApp


async def test_an_envelope_is_delivered_to_its_recipient_and_the_agency_gets_its_receipt(
    app: OutsideApp,
) -> None:
    await an_assigned_document(app)
    issued = await app.event("order.code_issued.v1")
    briefed = await app.event("assignment.briefed.v1")
    assert await rejected(app, DriverPickedUp(**STEP, proof=Proof(envelope="ENV-0043"))) == "wrong_envelope"
    await app.request(DriverPickedUp(**STEP, proof=SEALED))
    await app.event("order.picked_up.v1")
    assert await rejected(app, DriverDelivered(**STEP, proof=SEALED)) == "proof_missing"

    await app.request(DriverDelivered(**STEP, proof=sealed_with(code(issued.data.code_serial))))

    await app.event("order.completed.v1")
    receipt = await app.event("receipt.issued.v1")
    assert (receipt.data.agency_id, receipt.data.outcome) == ("dispendukcapil", "completed")
    assert [(line.step, line.by.id, line.envelope) for line in receipt.data.custody] == [
        ("picked_up", "d-7", "ENV-0042"),
        ("delivered", "d-7", "ENV-0042"),
    ]
    assert (issued.data.tell, briefed.data.proof_at_dropoff) == (["recipient"], ["envelope", "code"])


async def test_five_wrong_codes_lock_the_delivery_until_the_recipient_requests_a_new_code(
    app: OutsideApp,
) -> None:
    await a_document_on_the_way(app)

    tries = [await rejected(app, DriverDelivered(**STEP, proof=sealed_with(wrong(1)))) for _ in range(6)]
    locked = await rejected(app, DriverDelivered(**STEP, proof=sealed_with(code(1))))
    await app.request(OrderCodeRequested(order_id="o-3", by=Actor(role=Role.RECIPIENT, id="r-5")))
    again = await app.event("order.code_issued.v1", code_serial=2)
    old = await rejected(app, DriverDelivered(**STEP, proof=sealed_with(code(1))))
    await app.request(DriverDelivered(**STEP, proof=sealed_with(code(2))))

    await app.event("order.completed.v1")
    assert (tries, locked, old) == (["wrong_code"] * 5 + ["code_locked"], "code_locked", "wrong_code")
    assert again.data.recipient_id == "r-5"


async def test_the_same_message_twice_is_one_try(app: OutsideApp) -> None:
    await a_document_on_the_way(app)
    tried = await app.request(DriverDelivered(**STEP, proof=sealed_with(wrong(1))))
    for _ in range(5):
        await app.send(tried)
    await app.event("request.rejected.v1", request_id=tried.id)

    await app.request(DriverDelivered(**STEP, proof=sealed_with(code(1))))

    await app.event("order.completed.v1")


async def test_a_second_attempt_that_comes_too_early_is_refused(app: OutsideApp) -> None:
    failed = DriverDeliveryFailed(**STEP, reason="recipient_absent")
    await app.request(a_document())
    await app.event("order.search_started.v1")
    await app.request(a_match_made(order_id="o-3"))
    await app.event("order.driver_assigned.v1")
    await app.request(DriverPickedUp(**STEP, proof=SEALED))
    await app.event("order.picked_up.v1")

    await app.request(failed)
    first = await app.event("order.attempt_failed.v1", delivery_attempt=1)
    early = await rejected(app, failed)

    assert first.data.next_at is not None
    assert (early, first.data.tell) == ("attempt_too_early", ["agency", "recipient"])


async def test_undelivered_medicine_is_returned_with_the_couriers_report(app: OutsideApp) -> None:
    await app.request(an_order_requested(order_id="o-3", service="medicine", agency_id="rsud-blambangan"))
    await app.event("order.search_started.v1")
    await app.request(a_match_made(order_id="o-3"))
    await app.event("order.driver_assigned.v1")
    await app.request(DriverPickedUp(**STEP))
    await app.request(DriverDeliveryFailed(**STEP, reason="recipient_absent"))
    returning = await app.event("order.returning.v1")

    await app.request(DriverReturned(**STEP))

    await app.event("order.returned.v1")
    receipt = await app.event("receipt.issued.v1")
    assert (returning.data.reason, receipt.data.outcome) == ("recipient_absent", "returned")
    assert [line.step for line in receipt.data.custody] == ["picked_up", "attempt_failed", "brought_back"]


@pytest.mark.parametrize(
    ("request_data", "reason"),
    [
        (a_cancellation_requested(order_id="o-3", by={"role": "agency", "id": "dinkes"}), "wrong_actor"),
        (OrderReportRequested(order_id="o-3", by=Actor(role=Role.AGENCY, id="dinkes")), "wrong_actor"),
        (OrderCodeRequested(order_id="o-3", by=Actor(role=Role.RECIPIENT, id="r-6")), "wrong_actor"),
        (OrderCodeRequested(order_id="o-3", by=Actor(role=Role.DRIVER, id="d-7")), "wrong_actor"),
        (AgencyReturnConfirmed(agency_id="dinkes", order_id="o-3", envelope="ENV-0042"), "wrong_actor"),
        (DriverDeliveryFailed(driver_id="d-8", order_id="o-3", reason="recipient_absent"), "wrong_driver"),
        (DriverReturned(driver_id="d-8", order_id="o-3", proof=SEALED), "wrong_driver"),
        (a_document(order_id="o-9", agency_id="dinkes"), "wrong_actor"),
        (a_document(order_id="o-9", details={}), "details_missing"),
        (a_document(order_id="o-9", details={"envelope": "no spaces please"}), "details_wrong"),
    ],
    ids=lambda value: getattr(value, "order_id", value) if isinstance(value, str) else type(value).__name__,
)
async def test_strangers_and_strange_requests_are_refused(
    app: OutsideApp, request_data: Any, reason: str
) -> None:
    await an_assigned_document(app)

    assert await rejected(app, request_data) == reason


async def test_a_code_of_the_wrong_length_is_refused_with_a_pointer(app: OutsideApp) -> None:
    await a_document_on_the_way(app)
    delivered = DriverDelivered.model_construct(
        driver_id="d-7", order_id="o-3", proof=Proof.model_construct(envelope="ENV-0042", code="12345")
    )

    sent = await app.request(delivered)
    answer = await app.event("request.rejected.v1", request_id=sent.id)

    assert (answer.data.reason, answer.data.pointer) == ("schema", "/proof/code")
    assert "12345" not in body_of(answer.data).decode()


async def test_the_code_is_stored_nowhere_and_no_event_says_who_the_recipient_is(
    app: OutsideApp, database_uri: str
) -> None:
    await a_document_on_the_way(app)
    await rejected(app, DriverDelivered(**STEP, proof=sealed_with(wrong(1))))
    await app.request(DriverDelivered(**STEP, proof=sealed_with(code(1))))
    await app.event("receipt.issued.v1")

    kept = await everything_in(database_uri)
    told = [
        body_of(event.data).decode()
        for event in app.events
        if CONTRACTS[event.type].exchange is Exchange.EVENTS
    ]

    assert code(1) not in kept
    assert wrong(1) not in kept
    assert "ENV-0042" in kept
    assert [
        text
        for text in told
        if "Merdeka" in text or "pagar" in text or "114.3691" in text or "ENV-0042" in text
    ] == []


async def everything_in(database_uri: str) -> str:
    client = connect(database_uri)
    try:
        database = database_of(client)
        names = await database.list_collection_names()
        return "".join([str([document async for document in database[name].find({})]) for name in names])
    finally:
        client.close()
