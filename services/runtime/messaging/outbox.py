"""Events that are decided but not yet confirmed by the broker; they live in the aggregate that caused them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from contracts.codec import binary_headers, body_of
from contracts.message import Message, derived_id, trace_or_new
from contracts.registry import CONTRACTS, TYPE_OF
from contracts.values import Value
from services.runtime.change import Cause, Document


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One event, ready for the wire: its headers are built and its data serialised, once."""

    key: str
    exchange: str
    type: str
    headers: dict[str, Any]
    body: str

    @classmethod
    def of(cls, message: Message[Value], key: str = "") -> Self:
        """Serialise a message for its contract's exchange."""
        exchange = CONTRACTS[message.type].exchange.value
        return cls(key, exchange, message.type, binary_headers(message), body_of(message.data).decode())

    @classmethod
    def from_document(cls, key: str, document: Document) -> Self:
        """Read an outbox entry back."""
        return cls(key, document["exchange"], document["type"], document["headers"], document["body"])

    def to_document(self) -> Document:
        """What stands under `outbox.<key>`."""
        return {"exchange": self.exchange, "type": self.type, "headers": self.headers, "body": self.body}


def order_of(key: str) -> tuple[int, int]:
    """Sort key of `<version>-<n>`: the order in which events were decided."""
    version, _, position = key.partition("-")
    return int(version), int(position)


def event_of(
    data: Value, *, source: str, event_id: str, now: datetime, cause: Cause, sequence: int | None
) -> Message[Value]:
    """The envelope around `data`: subject and correlation come from the contract and the data."""
    contract = CONTRACTS[TYPE_OF[type(data)]]
    order_id: str | None = getattr(data, "order_id", None)
    return Message(
        id=event_id,
        type=contract.type,
        source=source,
        time=now,
        data=data,
        subject=getattr(data, contract.about, None),
        correlation_id=order_id or cause.correlation_id,
        causation_id=cause.id,
        sequence=sequence,
        traceparent=trace_or_new(cause.traceparent),
    )


def reply_id(owner: str, cause: Cause, type_name: str) -> str:
    """Id of an answer that leaves no trace in a document: the same cause gives the same id."""
    return derived_id(owner, cause.source, cause.id, type_name)
