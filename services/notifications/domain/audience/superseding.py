"""Which later notification of the same order makes an earlier one untrue that was not sent yet."""

from __future__ import annotations

from collections.abc import Iterable

from services.notifications.domain.audience.table import CHANGES, CODE, ENDS, ROUTE_CLOSED

BESIDE = {CODE: frozenset({CODE}), ROUTE_CLOSED: frozenset({ROUTE_CLOSED}), **dict.fromkeys(CHANGES, CHANGES)}
"""What tells of no state, and what of its own kind makes it untrue."""


def is_overtaken(template: str, later: Iterable[str]) -> bool:
    """`later`: templates of what the same person is told of later states of the same order.

    A state is overtaken by any later state. A code is overtaken by a newer code or by the order's end, and overtakes
    no state: nobody who was sent a code knows from it where his order is. So it is with changes, and
    with a route that was closed: whoever was picked up meanwhile has to hear of it all the same.
    """
    own = BESIDE.get(template)
    if own is not None:
        return any(other in own or other in ENDS for other in later)
    return any(other not in BESIDE for other in later)
