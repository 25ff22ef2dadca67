"""What AMQP can carry back: a stranger's client writes values that our own would refuse, or that fill a whole frame."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from pamqp import encode

SHORT_STRING = 255
NAME = 128
ROOM = 64 * 1024  # bytes; all headers travel in one frame of 128 KiB, together with our notes


def short(text: str | None) -> str | None:
    """The text for a property of AMQP, or None where it is too long for one."""
    return text if text is not None and len(text.encode()) <= SHORT_STRING else None


def carried(headers: Mapping[str, Any]) -> dict[str, Any]:
    """The headers for a second journey: what has no other form becomes text, what does not fit stays behind, largest first."""
    clean = {_cut(name): carryable(value) for name, value in headers.items()}
    sizes = {
        name: len(name.encode()) + len(encode.encode_table_value(value)) + 1 for name, value in clean.items()
    }
    room, kept = ROOM, set()
    for name in sorted(sizes, key=sizes.__getitem__):
        room -= sizes[name]
        if room < 0:
            break
        kept.add(name)
    return {name: value for name, value in clean.items() if name in kept}


def carryable(value: Any) -> Any:
    """The value as it is, or as text where a client of ours could not write it."""
    if isinstance(value, dict):
        return {_cut(name): carryable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [carryable(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    try:
        encode.encode_table_value(value)
    except (TypeError, ValueError, OverflowError, struct.error):
        return str(value)
    return value


def _cut(name: str) -> str:
    return name.encode()[:NAME].decode(errors="ignore")
