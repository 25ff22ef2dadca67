"""Headers for re-publishing: other clients write values that ours cannot encode, or that fill a frame."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from pamqp import encode

MAX_SHORT_STRING = 255  # bytes, by the protocol
MAX_NAME = 128  # bytes
MAX_BYTES = 64 * 1024  # all headers travel in one frame of 128 KiB, together with ours


def short(text: str | None) -> str | None:
    """The text, or None when it is too long for a property of AMQP."""
    return text if text is not None and len(text.encode()) <= MAX_SHORT_STRING else None


def encodable_headers(headers: Mapping[str, Any]) -> dict[str, Any]:
    """The headers as our client can encode them: other values become text.

    Above `MAX_BYTES` the largest are dropped.
    """
    clean = {_cut(name): encodable(value) for name, value in headers.items()}
    sizes = {
        name: len(name.encode()) + len(encode.encode_table_value(value)) + 1 for name, value in clean.items()
    }
    left, kept = MAX_BYTES, set()
    for name in sorted(sizes, key=sizes.__getitem__):
        left -= sizes[name]
        if left < 0:
            break
        kept.add(name)
    return {name: value for name, value in clean.items() if name in kept}


def encodable(value: Any) -> Any:
    """The value itself, or its text where our client cannot encode it."""
    if isinstance(value, dict):
        return {_cut(name): encodable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [encodable(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    try:
        encode.encode_table_value(value)
    except (TypeError, ValueError, OverflowError, struct.error):
        return str(value)
    return value


def _cut(name: str) -> str:
    return name.encode()[:MAX_NAME].decode(errors="ignore")
