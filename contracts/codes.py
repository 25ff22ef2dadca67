"""The one-time code that a recipient shows at the door: derived by whoever checks and whoever sends it, never kept."""

from __future__ import annotations

import hashlib
import hmac

DIGITS = 6
# Sixty-four bits of the digest: what the remainder prefers then is far below one in a billion.
WIDTH = 8


def one_time_code(key: bytes, order_id: str, serial: int) -> str:
    """Six digits for this order and serial. `key`: the text of `GANCANG_CODE_KEY`, in UTF-8. Raises `ValueError` without one."""
    if not key:
        message = "a one-time code needs a key"
        raise ValueError(message)
    digest = hmac.new(key, f"{order_id}\x1f{serial}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:WIDTH], 'big') % 10**DIGITS:0{DIGITS}d}"
