"""Who is told what: event type and audience decide whether there is something to say."""

from __future__ import annotations

CUSTOMER, DRIVER, OPERATOR = "customer", "driver", "operator"
BOTH = frozenset({CUSTOMER, DRIVER})

TOLD: dict[str, frozenset[str]] = {
    "order.rejected.v1": frozenset({CUSTOMER}),
    "order.driver_assigned.v1": BOTH,
    "order.driver_unassigned.v1": BOTH,
    "order.driver_arrived.v1": BOTH,
    "order.completed.v1": BOTH,
    "order.cancelled.v1": BOTH,
    "order.unserved.v1": BOTH,
}

ALARMS: dict[str, frozenset[str]] = {"emergency.raised.v1": frozenset({OPERATOR, DRIVER})}
"""The same for what is told at once and whoever it concerns: it asks no order who is to be told."""


def template_of(event_type: str) -> str:
    """`order.completed.v1` is told by the template `order.completed`."""
    return event_type.rpartition(".v")[0]


def is_told(event_type: str, audience: str) -> bool:
    """Whether there is a text for this audience."""
    return audience in TOLD.get(event_type, frozenset())
