"""One-time codes: derived when one has to be checked, never stored."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from contracts.codes import one_time_code


@dataclass(frozen=True, slots=True)
class OneTimeCodes:
    """Check codes by deriving them. `key`: the text of `GANCANG_CODE_KEY`."""

    key: bytes = field(repr=False)

    def matches(self, order_id: str, serial: int, digits: str) -> bool:
        """Whether these are the digits of that code. Takes the same time for every answer."""
        return hmac.compare_digest(one_time_code(self.key, order_id, serial), digits)
