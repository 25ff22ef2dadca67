"""CloudEvents attributes, found in AMQP headers or a JSON object, bounded and turned into our types."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from contracts.values import to_utc

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIXES = ("ce-", "cloudEvents:", "cloudEvents_")
MAX_ATTRIBUTE = 512
MAX_SEQUENCE_DIGITS = 18
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Attributes = dict[str, Any]

_FOLDED = tuple(prefix.lower() for prefix in PREFIXES)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Unreadable(ValueError):  # noqa: N818  the contract's own word for what is parked
    """The bytes are not a CloudEvent that could be answered. `reason` is a code, never content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def from_headers(headers: Mapping[str, Any]) -> Attributes:
    """Find the attributes among AMQP headers, names in lower case. Raises `Unreadable` if there are none."""
    attributes: Attributes = {}
    for name, value in headers.items():
        folded = name.lower()
        for prefix in _FOLDED:
            if folded.startswith(prefix):
                attributes.setdefault(folded[len(prefix) :], value)
                break
    if not attributes:
        raise Unreadable("no_headers")
    return attributes


def required(attributes: Attributes, name: str) -> str:
    """Return an attribute as text. Raises `Unreadable` if it is missing, empty or not plain text."""
    value = text(attributes, name)
    if not value:
        raise Unreadable(f"no_{name}")
    return value


def text(attributes: Attributes, name: str) -> str | None:
    """Return an attribute as text, or None if it is missing.

    Raises `Unreadable` for another type, control characters and more than 512 characters.
    """
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
    plain = str(value)
    if len(plain) > MAX_ATTRIBUTE or _CONTROL.search(plain):
        raise Unreadable(f"bad_{name}")
    return plain


def moment(attributes: Attributes, received: datetime) -> datetime:
    """Return the attribute `time` in UTC, or `received` if it is missing.

    Raises `Unreadable` for what is not a time with an offset.
    """
    value = attributes.get("time")
    if value is None:
        return to_utc(received)
    try:
        return to_utc(_moment(value))
    except (ValueError, OverflowError):
        raise Unreadable("bad_time") from None


def sequence(attributes: Attributes) -> int | None:
    """Return the attribute `sequence`, or None if it is not a number: other writers may count differently.

    Raises `Unreadable` for what is not plain text.
    """
    value = text(attributes, "sequence")
    if value is None or len(value) > MAX_SEQUENCE_DIGITS or not (value.isascii() and value.isdigit()):
        return None
    return int(value)


def _moment(value: object) -> datetime:
    """Read RFC 3339 text, an AMQP timestamp, or the milliseconds of AMQP 1.0."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, int) and not isinstance(value, bool):
        return EPOCH + timedelta(milliseconds=value)
    written = value.decode() if isinstance(value, bytes) else str(value)
    parsed = datetime.fromisoformat(written)
    if parsed.tzinfo is None:
        message = "the time has no offset"
        raise ValueError(message)
    return parsed
