#!/usr/bin/env python3
"""Draw the transition table of an order as docs/order-states.md; with --check only compare it."""

from __future__ import annotations

import sys
from pathlib import Path

PAGE = Path(__file__).with_name("order-states.md")
sys.path.insert(0, str(PAGE.parents[1]))

from contracts.values import OrderStatus  # noqa: E402  the checkout that this file lies in comes first
from services.orders.domain.transitions import TRANSITIONS, Action, Transition  # noqa: E402  as above

WRITTEN_BY = "`docs/states.py`"
INTAKE = {
    OrderStatus.SCHEDULED: "booked ahead",
    OrderStatus.AWAITING_MERCHANT: "with a merchant",
    OrderStatus.SEARCHING: "accepted",
    OrderStatus.REJECTED: "refused by policy",
    OrderStatus.HANDED_OVER: "critical",
}
HEAD = f"""# The states of an order

Written by {WRITTEN_BY} from the table in
[`services/orders/domain/transitions.py`](../services/orders/domain/transitions.py). For another action,
change a row there. An action that the table does not have is answered by `request.rejected.v1`:
`illegal_step` while the order runs, `order_ended` afterwards, `wrong_actor` when only another role may do
it. A driver's action that comes too early waits up to a minute before that. One that the driver has already
passed changes nothing.
"""
TAIL = """
A later action implies the earlier ones: `pick_up` from `assigned` counts as having arrived. `unassign`
means that the driver gives the order back, or that matching withdraws the driver; the search begins again
without them. `postpone` is a booked order that found no driver in one of its early searches and waits for
the next. Where cancel and assign meet, the write on the order's version decides, and the other one is
refused.

All services share this table. A service's file in the catalogue only chooses: one without `[merchant]`
never asks one, one without `[attempts]` never sends anything back, one without a way back completes at the
drop-off. A missing proof (`[proof]`) is refused before the table is asked.
"""


def page() -> str:
    """The whole file."""
    return "\n".join([HEAD, "```mermaid", *_diagram(), "```", "", *_table(), TAIL])


def _diagram() -> list[str]:
    lines = ["stateDiagram-v2", "    direction LR"]
    lines += [f"    [*] --> {status.value}: {why}" for status, why in INTAKE.items()]
    for action, transition in TRANSITIONS.items():
        lines += [
            f"    {source} --> {transition.target.value}: {action.value}" for source in _sources(transition)
        ]
    return lines + [f"    {status} --> [*]" for status in _ends()]


def _sources(transition: Transition) -> list[str]:
    """In the order of an order's life."""
    return [status.value for status in OrderStatus if status in transition.sources]


def _ends() -> list[str]:
    reached = {transition.target for transition in TRANSITIONS.values()} | set(INTAKE)
    left = {source for transition in TRANSITIONS.values() for source in transition.sources}
    return [status.value for status in OrderStatus if status in reached - left]


def _table() -> list[str]:
    rows = [_row(action, transition) for action, transition in TRANSITIONS.items()]
    return ["| action | from | to | who may |", "|---|---|---|---|", *rows]


def _row(action: Action, transition: Transition) -> str:
    sources = ", ".join(f"`{source}`" for source in _sources(transition))
    roles = ", ".join(sorted(role.value for role in transition.roles))
    return f"| `{action.value}` | {sources} | `{transition.target.value}` | {roles} |"


def main(arguments: list[str]) -> int:
    """0 when the file is, or now is, what the table says."""
    text = page()
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        sys.stderr.write("docs/order-states.md is not what the transition table says: run docs/states.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
