"""The envelope of a message: CloudEvents attributes around data that is not parsed yet, in either mode."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json, to_json

from contracts.attributes import Unreadable, from_headers, moment, required, sequence, text
from contracts.message import TYPE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from contracts.attributes import Attributes

MAX_BODY = 1024 * 1024 - 1
STRUCTURED = "application/cloudevents+json"
JSON = "application/json"


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


def _structured(body: bytes, headers: Mapping[str, Any], received: datetime) -> Envelope:
    event = plain_json(body)
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


def plain_json(body: bytes) -> object:
    """Parse JSON without NaN and Infinity. Raises `Unreadable`."""
    try:
        event: object = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Unreadable(why_not_json(str(error))) from None
    return event


def why_not_json(message: str) -> str:
    """Tell from a parser's error why a body is not JSON, as a reason code."""
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
