"""Decoding of frames that pamqp rejects.

Without it one such message closes the connection, after each redelivery.
"""

from __future__ import annotations

from typing import Any

from pamqp import common, decode


def decode_leniently() -> None:
    """Replace pamqp's decoders for values that RabbitMQ lets any app write. A repeat changes nothing."""
    decode.METHODS.update(shortstr=_short_string, timestamp=_timestamp, table=_table)


def _short_string(value: bytes) -> tuple[int, str]:
    length = value[0]
    return length + 1, value[1 : length + 1].decode(errors="backslashreplace")


def _timestamp(value: bytes) -> tuple[int, Any]:
    """Read an impossible time as None."""
    try:
        return decode.timestamp(value)
    except (ValueError, OverflowError, OSError):
        return 8, None


def _table(value: bytes) -> tuple[int, Any]:
    """Read headers as empty when one is unreadable: not UTF-8, of unknown type, or nested too deep."""
    try:
        return decode.field_table(value)
    except (ValueError, OverflowError, OSError, RecursionError):
        length: int = common.Struct.integer.unpack(value[:4])[0]
        return length + 4, {}
