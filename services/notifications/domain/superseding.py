"""Which later notification of the same order makes an earlier one untrue that was not sent yet."""

from __future__ import annotations

from collections.abc import Iterable

from services.notifications.domain.told import CODE, ENDS


def is_overtaken(template: str, later: Iterable[str]) -> bool:
    """`later`: templates of what the same person is told of later states of the same order.

    A state is overtaken by any later state. A code is overtaken by a newer code or by the order's end, and overtakes
    no state: nobody who was sent a code knows from it where his order is.
    """
    if template == CODE:
        return any(other == CODE or other in ENDS for other in later)
    return any(other != CODE for other in later)
