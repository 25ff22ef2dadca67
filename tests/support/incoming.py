"""A message as aio-pika hands it over, without a broker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class FakeChannel:
    """Notes what a broker would hear."""

    def __init__(self) -> None:
        self.is_closed = False
        self.acked: list[int] = []
        self.given_back: list[int] = []

    async def basic_ack(self, tag: int, *, multiple: bool, wait: bool) -> None:
        self.acked.append(tag)

    async def basic_nack(self, tag: int, *, requeue: bool, wait: bool) -> None:
        self.given_back.append(tag)


@dataclass
class FakeIncoming:
    """`settled`: in which ways the message itself was asked to be settled."""

    body: bytes = b"{}"
    headers: dict[str, Any] = field(default_factory=dict)
    content_type: str | None = "application/json"
    routing_key: str | None = "driver.arrived.v1"
    user_id: str | None = None
    message_id: str | None = "m-1"
    type: str | None = None
    correlation_id: str | None = None
    app_id: str | None = None
    delivery_tag: int = 1
    channel: FakeChannel = field(default_factory=FakeChannel)
    settled: list[str] = field(default_factory=list)

    async def ack(self) -> None:
        self.settled.append("ack")

    async def nack(self, *, requeue: bool) -> None:
        assert requeue
        self.settled.append("nack")
