"""Frames that our AMQP client can't decode: without this one such message closes the connection, again and again."""

from __future__ import annotations

from typing import Any

from pamqp import common, decode


def tolerate() -> None:
    """Change how pamqp reads what the broker lets any app write. The second time changes nothing."""
    decode.METHODS.update(shortstr=_short_string, timestamp=_timestamp, table=_table)


def _short_string(value: bytes) -> tuple[int, str]:
    length = value[0]
    return length + 1, value[1 : length + 1].decode(errors="backslashreplace")


def _timestamp(value: bytes) -> tuple[int, Any]:
    """A time that no calendar has counts as none."""
    try:
        return decode.timestamp(value)
    except (ValueError, OverflowError, OSError):
        return 8, None


def _table(value: bytes) -> tuple[int, Any]:
    """Headers of which one can't be read count as none: a name that is no UTF-8, an unknown type, a nesting too deep."""
    try:
        return decode.field_table(value)
    except (ValueError, OverflowError, OSError, RecursionError):
        length: int = common.Struct.integer.unpack(value[:4])[0]
        return length + 4, {}
