#!/usr/bin/env python3
"""Draws the transition table of an order as docs/order-states.md; with --check says only whether it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

PAGE = Path(__file__).with_name("order-states.md")
sys.path.insert(0, str(PAGE.parents[1]))

from contracts.values import OrderStatus  # noqa: E402  the checkout that this file lies in, wherever it is called from
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
[`services/orders/domain/transitions.py`](../services/orders/domain/transitions.py): who wants another step changes a row
there. A step that the table does not have is answered by `request.rejected.v1`: `illegal_step` while the order lives,
`order_ended` afterwards, `wrong_actor` when somebody else may make it. A driver's step that comes too early waits up to
a minute before that, and one that is already behind him changes nothing.
"""
TAIL = """
A later step implies the earlier ones: `pick_up` from `assigned` counts as having arrived. `unassign` is the driver who
gives the order back, or matching that withdraws him; the search begins again without him. `postpone` is a booked order
that found nobody in one of its early searches and waits for the next. Where cancel and assign meet, the write on the
order's version decides, and the other one is refused.

All services share this table. A service's file in the catalogue only chooses: one without `[merchant]` never asks one, one
without `[attempts]` never sends anything back, one without a way back completes at the drop-off. Whether a step's proof is
there (`[proof]`) is asked before the table is.
"""


def page() -> str:
    """The whole file."""
    return "\n".join([HEAD, "```mermaid", *_diagram(), "```", "", *_table(), TAIL])


def _diagram() -> list[str]:
    lines = ["stateDiagram-v2", "    direction LR"]
    lines += [f"    [*] --> {status.value}: {why}" for status, why in INTAKE.items()]
    for step, transition in TRANSITIONS.items():
        lines += [
            f"    {source} --> {transition.target.value}: {step.value}" for source in _sources(transition)
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
    rows = [_row(step, transition) for step, transition in TRANSITIONS.items()]
    return ["| step | from | to | who may |", "|---|---|---|---|", *rows]


def _row(step: Action, transition: Transition) -> str:
    sources = ", ".join(f"`{source}`" for source in _sources(transition))
    roles = ", ".join(sorted(role.value for role in transition.roles))
    return f"| `{step.value}` | {sources} | `{transition.target.value}` | {roles} |"


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
