"""A message as the client libraries deliver it: aio-pika's object, or the raw message of aiormq below it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, cast

from aio_pika.abc import AbstractIncomingMessage
from aiormq.abc import AbstractChannel, DeliveredMessage
from pamqp.commands import Basic


class RawMessage:
    """aiormq's message under aio-pika's names.

    aio-pika's own object converts a dozen fields that we do not read, and costs a further task.
    """

    __slots__ = (
        "app_id",
        "body",
        "channel",
        "content_type",
        "correlation_id",
        "delivery_tag",
        "headers",
        "message_id",
        "routing_key",
        "type",
        "user_id",
    )

    def __init__(self, message: DeliveredMessage) -> None:
        delivery, properties = cast("Basic.Deliver", message.delivery), message.header.properties
        self.channel: AbstractChannel = message.channel
        self.delivery_tag = delivery.delivery_tag
        self.headers: dict[str, Any] = properties.headers or {}
        self.body = message.body
        self.content_type = properties.content_type
        self.routing_key = delivery.routing_key
        self.user_id = properties.user_id
        self.message_id = properties.message_id
        self.type = properties.message_type
        self.correlation_id = properties.correlation_id
        self.app_id = properties.app_id


Incoming = AbstractIncomingMessage | RawMessage


def consume_raw(
    consume: Callable[[Incoming], Coroutine[Any, Any, None]], message: DeliveredMessage
) -> Coroutine[Any, Any, None]:
    """Call a consumer as aiormq does, with its raw message."""
    return consume(RawMessage(message))
