"""The outbox: events that are decided and not yet confirmed by the broker, stored in their aggregate."""

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
    """One event, ready to publish: its headers are built and its data serialised, once."""

    key: str
    exchange: str
    type: str
    headers: dict[str, Any]
    body: str

    @classmethod
    def of(cls, message: Message[Value], key: str = "") -> Self:
        """Serialise a message for the exchange of its contract."""
        exchange = CONTRACTS[message.type].exchange.value
        return cls(key, exchange, message.type, binary_headers(message), body_of(message.data).decode())

    @classmethod
    def from_document(cls, key: str, document: Document) -> Self:
        """Read the entry stored under `outbox.<key>`."""
        return cls(key, document["exchange"], document["type"], document["headers"], document["body"])

    def to_document(self) -> Document:
        """The entry to store under `outbox.<key>`."""
        return {"exchange": self.exchange, "type": self.type, "headers": self.headers, "body": self.body}


def order_of(key: str) -> tuple[int, int]:
    """Sort key for outbox keys `<version>-<position>`: the order in which the events were decided."""
    version, _, position = key.partition("-")
    return int(version), int(position)


def event_of(
    data: Value, *, source: str, event_id: str, now: datetime, cause: Cause, sequence: int | None
) -> Message[Value]:
    """Put `data` into an envelope; subject and correlation id come from the contract and the data."""
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
    """The id of a reply; the same cause gives the same id."""
    return derived_id(owner, cause.source, cause.id, type_name)
