"""The CloudEvents 1.0 envelope around every request and event."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import BaseModel

if TYPE_CHECKING:
    from datetime import datetime

D_co = TypeVar("D_co", bound=BaseModel, covariant=True)

NAMESPACE = uuid.UUID("6f0d9a3e-64c4-5c1b-9f52-0c7c3c2d5a10")
TYPE_PATTERN = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\.v[1-9][0-9]*\Z")
TRACEPARENT = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z")


@dataclass(frozen=True, slots=True)
class Message(Generic[D_co]):
    """One request or event with its typed `data`.

    `subject`: the id of the aggregate that it is about. `correlation_id`: the id of the order.
    `causation_id`: the id of the message that caused it. `sequence`: the aggregate's version after the
    write. `user`: the AMQP user that the broker has checked, None if it was not stated.
    """

    id: str
    type: str
    source: str
    time: datetime
    data: D_co
    subject: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    sequence: int | None = None
    traceparent: str | None = None
    user: str | None = None


def derived_id(*parts: object) -> str:
    """Derive a UUIDv5 from the parts: the same cause always gives the same id, so a repeat is recognised."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(map(str, parts))))


def new_traceparent() -> str:
    """Start a new W3C trace context, sampled."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def trace_or_new(traceparent: str | None) -> str:
    """Return the given trace context if it is well-formed, otherwise a new one."""
    return traceparent if traceparent and TRACEPARENT.match(traceparent) else new_traceparent()
