"""Bad input is parked or rejected with its reason, and its neighbours are untouched."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aio_pika
import pytest
from pydantic import SecretStr

from contracts.codec import binary_headers, body_of
from contracts.enums import Role
from contracts.requests.orders import OrderReportRequested
from contracts.values import Actor
from services.runtime.sealing import Sealer
from tests.support.builders import a_cancellation_requested, an_order_requested
from tests.support.eventually import eventually
from tests.support.outside import a_fresh_message
from tests.support.services import DATA_KEY

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

    from tests.support.outside import OutsideApp

QUEUE = "orders.order_requested"
GOOD = a_fresh_message(an_order_requested())
HEADERS = binary_headers(GOOD)
BODY = body_of(GOOD.data)
JSON: dict[str, Any] = {"content_type": "application/json"}


def opened(parked: AbstractIncomingMessage) -> bytes:
    """The body of a parked message that was sealed because it holds a place."""
    return Sealer(SecretStr(DATA_KEY)).open(parked.body, f"parked:{parked.headers['x-gancang-sealed']!s}")


async def next_of(broker_url: str, queue_name: str) -> AbstractIncomingMessage:
    """Take the first message of a queue."""
    connection = await aio_pika.connect(broker_url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.get_queue(queue_name)

        async def first() -> AbstractIncomingMessage | None:
            return await queue.get(fail=False, no_ack=True)

        return await eventually(first)


@pytest.mark.parametrize(
    ("body", "properties", "reason"),
    [
        (b"order, please", {"headers": HEADERS, **JSON}, "not_json"),
        (b'{"order_id": "o-1"', {"headers": HEADERS, **JSON}, "not_json"),
        (b'{"order_id": "' + b"x" * 1024 * 1024 + b'"}', {"headers": HEADERS, **JSON}, "too_large"),
        (b"[" * 10_000 + b"]" * 10_000, {"headers": HEADERS, **JSON}, "too_deep"),
        (BODY, {"headers": HEADERS, "content_type": "text/xml"}, "content_type"),
        (BODY, {"headers": {}, **JSON}, "no_headers"),
        (BODY, {"headers": {**HEADERS, "ce-type": "Order Requested!"}, **JSON}, "bad_type"),
        (BODY, {"headers": {**HEADERS, "ce-type": "order.teleported.v1"}, **JSON}, "unknown_type"),
        (BODY, {"headers": {k: v for k, v in HEADERS.items() if k != "ce-id"}, **JSON}, "no_id"),
    ],
)
async def test_an_unreadable_message_is_parked_and_its_neighbours_are_handled(
    app: OutsideApp, broker_url: str, body: bytes, properties: dict[str, Any], reason: str
) -> None:
    await app.request(an_order_requested(order_id="before"))
    await app.send_raw(body, routing_key="order.requested.v1", **properties)
    await app.request(an_order_requested(order_id="after"))

    parked = await next_of(broker_url, f"{QUEUE}.parked")
    await app.event("order.accepted.v1", order_id="before")
    await app.event("order.accepted.v1", order_id="after")

    assert parked.headers["x-gancang-reason"] == reason
    assert parked.headers["x-gancang-handler"] == f"{QUEUE}:order.requested.v1"


async def test_data_of_the_wrong_form_is_rejected_with_code_sentence_and_pointer(app: OutsideApp) -> None:
    wrong = json.loads(BODY)
    wrong["pickup"]["lat"] = 98.2106

    await app.send_raw(json.dumps(wrong).encode(), routing_key="order.requested.v1", headers=HEADERS, **JSON)
    rejected = await app.event("request.rejected.v1")

    assert rejected.data.reason == "schema"
    assert rejected.data.pointer == "/pickup/lat"
    assert "98.2106" not in rejected.data.detail
    assert rejected.data.request_id == GOOD.id


async def test_a_structured_message_is_accepted_too(app: OutsideApp) -> None:
    event = {
        "specversion": "1.0",
        "id": "m-1",
        "source": "app.test",
        "type": "order.requested.v1",
        "data": json.loads(BODY),
    }

    await app.send_raw(
        json.dumps(event).encode(),
        routing_key="order.requested.v1",
        content_type="application/cloudevents+json",
    )

    accepted = await app.event("order.accepted.v1")
    assert accepted.causation_id == "m-1"


async def test_a_mistyped_routing_key_is_found_in_ops_unrouted(app: OutsideApp, broker_url: str) -> None:
    await app.send_raw(BODY, routing_key="order.reqeusted.v1", headers=HEADERS, **JSON)

    found = await next_of(broker_url, "ops.unrouted")

    assert found.headers["x-gancang-routing-key"] == "order.reqeusted.v1"
    assert opened(found) == BODY


async def test_an_unrouted_contact_is_kept_encrypted(app: OutsideApp, broker_url: str) -> None:
    body = b'{"recipient_id": "c-1", "channels": [{"kind": "email", "address": "ayu@example.org"}]}'

    await app.send_raw(body, routing_key="recipient.contact_regsitered.v1", headers={}, **JSON)
    found = await next_of(broker_url, "ops.unrouted")

    assert b"ayu@example.org" not in found.body
    assert found.headers["x-gancang-sealed"]


@pytest.mark.slow
async def test_a_step_for_an_order_that_never_comes_is_rejected_after_a_minute(app: OutsideApp) -> None:
    await app.request(a_cancellation_requested(order_id="o-never"))
    await app.request(OrderReportRequested(order_id="o-never", by=Actor(role=Role.CUSTOMER, id="c-1")))

    rejected = await app.event("request.rejected.v1", request_type="order.report_requested.v1", within=90)
    await app.event("request.rejected.v1", request_type="order.cancellation_requested.v1", within=90)

    assert rejected.data.reason == "unknown_order"
    assert rejected.data.order_id == "o-never"
