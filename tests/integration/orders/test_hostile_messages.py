"""Hostile content of messages: it stops no queue, and no message is lost."""

from __future__ import annotations

import asyncio
import decimal
import struct
from typing import TYPE_CHECKING, Any

import aio_pika
import pika
import pytest

from contracts.codec import binary_headers, body_of
from contracts.enums import Role
from contracts.requests.orders import OrderReportRequested
from contracts.values import Actor
from tests.integration.orders.test_bad_input import next_of, opened
from tests.support.builders import an_order_requested
from tests.support.outside import a_fresh_message

if TYPE_CHECKING:
    from contracts.message import Message
    from tests.support.outside import OutsideApp

QUEUE = "orders.order_requested"


class NotUtf8(str):
    """Text that is sent as Latin-1 bytes."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"caf\xe9"


LARGE, SMALL = 2**62 + 1, 2**62 + 2
DOUBLES = {
    struct.pack(">cq", b"l", mark): struct.pack(">cd", b"d", number)
    for mark, number in ((LARGE, 1e300), (SMALL, 0.1))
}


class WithDoubles(pika.BasicProperties):  # type: ignore[misc]  # ships no types
    """Properties with doubles, which pika does not write: two integers are replaced after encoding."""

    def encode(self) -> list[bytes]:
        return [DOUBLES.get(piece, piece) for piece in super().encode()]


HOSTILE: dict[str, dict[str, Any]] = {
    "not UTF-8": {"x-app": NotUtf8("café")},
    "a large double": {"x-app": LARGE},
    "a small double": {"x-app": SMALL},
    "a negative decimal": {"x-app": decimal.Decimal(-1)},
    "bytes": {"x-app": b"\xff\x00"},
    "tables in lists": {"x-app": [{"a": [NotUtf8("é"), decimal.Decimal(-1)]}]},
    "a long name": {"x-" + "a" * 200: "1"},
    "the header frame full": {**{f"x-{n}": "a" * 10_000 for n in range(13)}, "x-pad": "a" * 550},
    "a long correlation id": {"ce-correlationid": "c" * 300},
}


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


async def send_with_pika(
    broker_url: str, message: Message[Any], body: bytes, headers: dict[str, Any], **properties: Any
) -> None:
    """Send with pika, which writes types that aio-pika does not."""
    known = {
        "content_type": "application/json",
        "delivery_mode": 2,
        "headers": {**binary_headers(message), **headers},
    }

    def send() -> None:
        with pika.BlockingConnection(pika.URLParameters(broker_url)) as connection:
            connection.channel().basic_publish(
                "gancang.requests", message.type, body, WithDoubles(**known, **properties)
            )

    await asyncio.to_thread(send)


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_message_with_strange_headers_is_parked_and_the_queue_goes_on(
    app: OutsideApp, broker_url: str, name: str
) -> None:
    await send_with_pika(broker_url, a_fresh_message(an_order_requested()), b"order, please", HOSTILE[name])
    await app.request(an_order_requested(order_id="after"))

    parked = await next_of(broker_url, f"{QUEUE}.parked")
    await app.event("order.accepted.v1", order_id="after")

    assert parked.headers["x-gancang-reason"] == "not_json"


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_message_with_strange_headers_waits_on_the_ladder_and_is_handled(
    app: OutsideApp, broker_url: str, name: str
) -> None:
    report = a_fresh_message(OrderReportRequested(order_id="o-1", by=Actor(role=Role.CUSTOMER, id="c-1")))
    await send_with_pika(broker_url, report, body_of(report.data), HOSTILE[name])
    await app.request(an_order_requested())

    reported = await app.event("order.reported.v1", order_id="o-1")

    assert reported.causation_id == report.id


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_message_with_strange_headers_is_rejected_with_its_reason(
    app: OutsideApp, broker_url: str, name: str
) -> None:
    wrong = a_fresh_message(an_order_requested())
    await send_with_pika(broker_url, wrong, b"{}", HOSTILE[name])

    rejected = await app.event("request.rejected.v1", request_id=wrong.id)

    assert rejected.data.reason == "schema"


async def test_a_message_cannot_have_itself_copied_to_other_queues_with_our_login(
    app: OutsideApp, broker_url: str
) -> None:
    copies = {"CC": ["orders.driver_step.parked"], "BCC": ["orders.match_outcome.parked"]}
    await send_with_pika(broker_url, a_fresh_message(an_order_requested()), b"order, please", copies)

    await next_of(broker_url, f"{QUEUE}.parked")

    connection = await aio_pika.connect(broker_url)
    async with connection:
        channel = await connection.channel()
        for name in ("orders.driver_step.parked", "orders.match_outcome.parked"):
            assert await (await channel.get_queue(name)).get(fail=False) is None


@pytest.mark.parametrize("properties", [{"message_id": NotUtf8("café")}, {"timestamp": 2**63}], ids=str)
async def test_an_undecodable_property_does_not_close_the_connection(
    app: OutsideApp, broker_url: str, properties: dict[str, Any]
) -> None:
    order = a_fresh_message(an_order_requested())
    await send_with_pika(broker_url, order, body_of(order.data), {}, **properties)

    accepted = await app.event("order.accepted.v1")

    assert accepted.causation_id == order.id


@pytest.mark.parametrize(
    "headers", [{NotUtf8("x-é"): "1"}, {"x-deep": nested(700)}], ids=["a name", "a nesting"]
)
async def test_undecodable_headers_count_as_none_and_the_queue_goes_on(
    app: OutsideApp, broker_url: str, headers: dict[str, Any]
) -> None:
    order = a_fresh_message(an_order_requested())
    await send_with_pika(broker_url, order, body_of(order.data), headers)
    await app.request(an_order_requested(order_id="after"))

    parked = await next_of(broker_url, f"{QUEUE}.parked")
    await app.event("order.accepted.v1", order_id="after")

    assert parked.headers["x-gancang-reason"] == "no_headers"
    assert opened(parked) == body_of(order.data)
