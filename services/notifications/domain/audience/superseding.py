"""Which later notification of the same order makes an earlier, unsent one untrue."""

from __future__ import annotations

from collections.abc import Iterable

from services.notifications.domain.audience.table import CHANGES, CODE, ENDS, ROUTE_CLOSED

NOT_A_STATE = {
    CODE: frozenset({CODE}),
    ROUTE_CLOSED: frozenset({ROUTE_CLOSED}),
    **dict.fromkeys(CHANGES, CHANGES),
}
"""Templates that tell of no state of the order, and the templates of their own kind that supersede them."""


def is_superseded(template: str, later: Iterable[str]) -> bool:
    """`later`: templates of what the same person is told of later states of the same order.

    Any later state supersedes a state. A code is superseded by a newer code or by the order's end, and
    supersedes no state: it does not tell where the order is. The same holds for changes, and for a closed
    route: a guest who was picked up meanwhile must still be told of it.
    """
    own = NOT_A_STATE.get(template)
    if own is not None:
        return any(other in own or other in ENDS for other in later)
    return any(other not in NOT_A_STATE for other in later)
