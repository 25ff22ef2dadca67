"""Messages to AMQP and back: CloudEvents' binary and structured modes in their RabbitMQ binding.

We emit binary mode with the prefix `ce-`; we read also `cloudEvents_`, `cloudEvents:` and structured mode.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from contracts.message import TYPE_PATTERN, Message
from contracts.registry import CONTRACTS, Contract
from contracts.values import Value, rfc3339, to_utc

MAX_BODY = 1024 * 1024 - 1
MAX_ATTRIBUTE = 512
PREFIXES = ("ce-", "cloudEvents:", "cloudEvents_")
STRUCTURED = "application/cloudevents+json"
JSON = "application/json"
SCHEMA_ROOT = "urn:gancang:schema:"

Headers = dict[str, Any]


class Unreadable(ValueError):  # noqa: N818  the contract's own word for what is parked
    """The bytes are no CloudEvent that we could answer. `reason` is a code, never content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WrongSchema(ValueError):  # noqa: N818  says what is wrong
    """Readable, but `data` does not have the published form. `pointer` is a JSON pointer into `data`."""

    def __init__(self, envelope: Envelope, pointer: str, detail: str) -> None:
        super().__init__(f"{envelope.type}: {pointer}: {detail}")
        self.envelope = envelope
        self.pointer = pointer
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Envelope:
    """The context attributes of a message whose `data` is not parsed yet."""

    id: str
    type: str
    source: str
    time: datetime
    subject: str | None
    correlation_id: str | None
    causation_id: str | None
    sequence: int | None
    traceparent: str | None
    data: bytes


def read(headers: Mapping[str, Any], body: bytes, content_type: str | None, received: datetime) -> Envelope:
    """Take the envelope off a message. Raises `Unreadable`; `received` stands in for a missing `time`."""
    if len(body) > MAX_BODY:
        raise Unreadable("too_large")
    media_type = (content_type or JSON).split(";", 1)[0].strip().lower()
    if media_type == STRUCTURED:
        return _structured(body, headers, received)
    if media_type != JSON and not media_type.endswith("+json"):
        raise Unreadable("content_type")
    if media_type.startswith("application/cloudevents"):
        raise Unreadable("content_type")
    attributes = _attributes(headers)
    if not attributes:
        raise Unreadable("no_headers")
    if "traceparent" not in attributes and "traceparent" in headers:
        attributes["traceparent"] = headers["traceparent"]
    return _envelope(attributes, body, received)


def parse(envelope: Envelope, user: str | None = None) -> Message[Value]:
    """The typed message. Raises `WrongSchema` for data of another form, `Unreadable` for what is no JSON."""
    contract = CONTRACTS.get(envelope.type)
    if contract is None:
        raise Unreadable("unknown_type")
    try:
        data = contract.model.model_validate_json(envelope.data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise Unreadable("not_json") from None
        raise WrongSchema(envelope, json_pointer(first["loc"]), first["msg"][:200]) from None
    return Message(
        id=envelope.id,
        type=envelope.type,
        source=envelope.source,
        time=envelope.time,
        data=data,
        subject=envelope.subject or _subject(contract, data),
        correlation_id=envelope.correlation_id,
        causation_id=envelope.causation_id,
        sequence=envelope.sequence,
        traceparent=envelope.traceparent,
        user=user,
    )


def binary_headers(message: Message[Value]) -> Headers:
    """The AMQP headers of binary mode."""
    headers: Headers = {
        "ce-specversion": "1.0",
        "ce-id": message.id,
        "ce-type": message.type,
        "ce-source": message.source,
        "ce-time": rfc3339(message.time),
        "ce-dataschema": SCHEMA_ROOT + message.type,
    }
    if message.subject is not None:
        headers["ce-subject"] = message.subject
    if message.correlation_id is not None:
        headers["ce-correlationid"] = message.correlation_id
    if message.causation_id is not None:
        headers["ce-causationid"] = message.causation_id
    if message.sequence is not None:
        headers["ce-sequence"] = f"{message.sequence:010d}"
    if message.traceparent is not None:
        headers["traceparent"] = message.traceparent
    return headers


def body_of(data: Value) -> bytes:
    """The JSON body; fields that are not set stay away."""
    return data.model_dump_json(exclude_none=True, by_alias=True).encode()


def digest_of(data: Value) -> str:
    """16 hex characters that tell two bodies apart, blind to the order of keys and to unknown fields."""
    return hashlib.blake2b(body_of(data), digest_size=8).hexdigest()


def json_pointer(location: tuple[int | str, ...]) -> str:
    """RFC 6901 pointer of a validation error's location; at most 200 characters."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in location)
    return "".join(f"/{part}" for part in parts)[:200]


def _attributes(headers: Mapping[str, Any]) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    for name, value in headers.items():
        for prefix in PREFIXES:
            if name.startswith(prefix):
                attributes.setdefault(name[len(prefix) :].lower(), value)
                break
    return attributes


def _structured(body: bytes, headers: Mapping[str, Any], received: datetime) -> Envelope:
    try:
        event = from_json(body)
    except ValueError:
        raise Unreadable("not_json") from None
    if not isinstance(event, dict):
        raise Unreadable("not_an_event")
    if "data" not in event:
        raise Unreadable("no_data")
    data = event.pop("data")
    if "traceparent" not in event and "traceparent" in headers:
        event["traceparent"] = headers["traceparent"]
    return _envelope(event, to_json(data), received)


def _envelope(attributes: dict[str, Any], data: bytes, received: datetime) -> Envelope:
    version = _text(attributes, "specversion")
    if version is None or not version.startswith("1."):
        raise Unreadable("specversion")
    event_type = _required(attributes, "type")
    if not TYPE_PATTERN.match(event_type):
        raise Unreadable("bad_type")
    return Envelope(
        id=_required(attributes, "id"),
        type=event_type,
        source=_required(attributes, "source"),
        time=_time(attributes.get("time"), received),
        subject=_text(attributes, "subject"),
        correlation_id=_text(attributes, "correlationid"),
        causation_id=_text(attributes, "causationid"),
        sequence=_sequence(_text(attributes, "sequence")),
        traceparent=_text(attributes, "traceparent"),
        data=data,
    )


def _required(attributes: dict[str, Any], name: str) -> str:
    value = _text(attributes, name)
    if not value:
        raise Unreadable(f"no_{name}")
    return value


def _text(attributes: dict[str, Any], name: str) -> str | None:
    value = attributes.get(name)
    if value is None:
        return None
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError:
            raise Unreadable(f"bad_{name}") from None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unreadable(f"bad_{name}")
    text = str(value)
    if len(text) > MAX_ATTRIBUTE or "\x00" in text:
        raise Unreadable(f"bad_{name}")
    return text


def _time(value: Any, received: datetime) -> datetime:
    if value is None:
        return to_utc(received)
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return to_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise Unreadable("bad_time") from None


def _sequence(value: str | None) -> int | None:
    if value is None:
        return None
    if not value.isascii() or not value.isdigit():
        raise Unreadable("bad_sequence")
    return int(value)


def _subject(contract: Contract, data: Value) -> str | None:
    subject: str | None = getattr(data, contract.about, None) if contract.about else None
    return subject
