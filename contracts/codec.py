"""Read and write messages in AMQP: CloudEvents in binary and structured mode of the RabbitMQ binding.

We write binary mode with the prefix `ce-`; we also read `cloudEvents_`, `cloudEvents:` and structured mode.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from contracts.attributes import (
    MAX_ATTRIBUTE,
    PREFIXES,
    Attributes,
    Unreadable,
    from_headers,
    moment,
    required,
    sequence,
    text,
)
from contracts.message import TYPE_PATTERN, Message
from contracts.registry import CONTRACTS, Contract
from contracts.values import Value, rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MAX_BODY = 1024 * 1024 - 1
STRUCTURED = "application/cloudevents+json"
JSON = "application/json"
SCHEMA_ROOT = "urn:gancang:schema:"
UNKEPT: dict[str, set[str]] = {"proof": {"code"}}

Headers = dict[str, Any]

__all__ = [
    "JSON",
    "MAX_ATTRIBUTE",
    "MAX_BODY",
    "PREFIXES",
    "SCHEMA_ROOT",
    "STRUCTURED",
    "Envelope",
    "Headers",
    "Unreadable",
    "WrongSchema",
    "binary_headers",
    "body_of",
    "digest_of",
    "json_pointer",
    "parse",
    "read",
]


class WrongSchema(ValueError):  # noqa: N818  says what is wrong
    """A readable message with data of the wrong form. `pointer`: a JSON pointer into the data."""

    def __init__(self, envelope: Envelope, pointer: str, detail: str) -> None:
        super().__init__(f"{envelope.type}: {pointer}: {detail}")
        self.envelope = envelope
        self.pointer = pointer
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Envelope:
    """The CloudEvents attributes of a message whose `data` is not parsed yet."""

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
    """Read the envelope of a message. `received` stands in for a missing `time`. Raises `Unreadable`."""
    if len(body) > MAX_BODY:
        raise Unreadable("too_large")
    if (content_type or JSON).split(";", 1)[0].strip().lower() == STRUCTURED:
        return _structured(body, headers, received)
    if not _is_json(content_type):
        raise Unreadable("content_type")
    attributes = from_headers(headers)
    if "traceparent" not in attributes and "traceparent" in headers:
        attributes["traceparent"] = headers["traceparent"]
    return _envelope(attributes, body, received)


def parse(envelope: Envelope, user: str | None = None) -> Message[Value]:
    """Parse the data of a message.

    Raises `WrongSchema` for data of another form, `Unreadable` for an unknown type and for what is not JSON.
    """
    contract = CONTRACTS.get(envelope.type)
    if contract is None:
        raise Unreadable("unknown_type")
    if b"NaN" in envelope.data or b"Infinity" in envelope.data:
        _json(envelope.data)
    try:
        data = contract.model.model_validate_json(envelope.data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise Unreadable(_why_not_json(first["msg"])) from None
        raise _wrong(envelope, first["loc"], first["msg"]) from None
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
    """Write the AMQP headers of binary mode."""
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
    """Write the JSON body, without fields that are not set."""
    return data.model_dump_json(exclude_none=True, by_alias=True).encode()


def digest_of(data: Value) -> str:
    """Digest a body to 16 hex characters; the order of keys and unknown fields make no difference.

    A one-time code is left out: the digest is stored, and six digits could be guessed from it.
    """
    body = data.model_dump_json(exclude_none=True, by_alias=True, exclude=UNKEPT).encode()
    return hashlib.blake2b(body, digest_size=8).hexdigest()


def json_pointer(location: tuple[int | str, ...]) -> str:
    """Write the location of a validation error as a pointer of RFC 6901, at most 200 characters."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in location)
    return "".join(f"/{part}" for part in parts)[:200]


def _structured(body: bytes, headers: Mapping[str, Any], received: datetime) -> Envelope:
    event = _json(body)
    if not isinstance(event, dict):
        raise Unreadable("not_an_event")
    if not _is_json(text(event, "datacontenttype")):
        raise Unreadable("content_type")
    data = _structured_data(event)
    if "traceparent" not in event and "traceparent" in headers:
        event["traceparent"] = headers["traceparent"]
    return _envelope(event, data, received)


def _structured_data(event: dict[str, Any]) -> bytes:
    if "data" in event:
        return to_json(event.pop("data"))
    if not isinstance(event.get("data_base64"), str):
        raise Unreadable("no_data")
    try:
        return base64.b64decode(event.pop("data_base64"), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("bad_base64") from None


def _json(body: bytes) -> object:
    try:
        event: object = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Unreadable(_why_not_json(str(error))) from None
    return event


def _why_not_json(message: str) -> str:
    return "too_deep" if "recursion limit" in message else "not_json"


def _is_json(media_type: str | None) -> bool:
    name = (media_type or JSON).split(";", 1)[0].strip().lower()
    return (name == JSON or name.endswith("+json")) and not name.startswith("application/cloudevents")


def _envelope(attributes: Attributes, data: bytes, received: datetime) -> Envelope:
    version = text(attributes, "specversion")
    if version is None or not version.startswith("1."):
        raise Unreadable("specversion")
    event_type = required(attributes, "type")
    if not TYPE_PATTERN.match(event_type):
        raise Unreadable("bad_type")
    return Envelope(
        id=required(attributes, "id"),
        type=event_type,
        source=required(attributes, "source"),
        time=moment(attributes, received),
        subject=text(attributes, "subject"),
        correlation_id=text(attributes, "correlationid"),
        causation_id=text(attributes, "causationid"),
        sequence=sequence(attributes),
        traceparent=text(attributes, "traceparent"),
        data=data,
    )


def _wrong(envelope: Envelope, location: tuple[int | str, ...], message: str) -> WrongSchema:
    """Point at a mapping, not at a wrong key of it: a key may hold anything, and is not repeated."""
    where = location[:-2] if location[-1:] == ("[key]",) else location
    return WrongSchema(envelope, json_pointer(where), message.removeprefix("Value error, ")[:200])


def _subject(contract: Contract, data: Value) -> str | None:
    subject: str | None = getattr(data, contract.about, None) if contract.about else None
    return subject
