"""The one-time code that a recipient shows at the door: derived to send it and to check it, never stored."""

from __future__ import annotations

import hashlib
import hmac

DIGITS = 6
# 64 bits of the digest: the bias of the remainder is far below one in a billion then.
WIDTH = 8


def one_time_code(key: bytes, order_id: str, serial: int) -> str:
    """Derive the six digits for this order and serial.

    `key`: the text of `GANCANG_CODE_KEY` in UTF-8. Raises `ValueError` for an empty one.
    """
    if not key:
        message = "a one-time code needs a key"
        raise ValueError(message)
    digest = hmac.new(key, f"{order_id}\x1f{serial}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:WIDTH], 'big') % 10**DIGITS:0{DIGITS}d}"
