"""Who is told what: event type and audience → template, urgency, and the channels in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

CUSTOMER, RECIPIENT, DRIVER, MERCHANT, AGENCY, OPERATOR = (
    "customer",
    "recipient",
    "driver",
    "merchant",
    "agency",
    "operator",
)
AUDIENCES = (CUSTOMER, RECIPIENT, DRIVER, MERCHANT, AGENCY, OPERATOR)
EMAIL, PUSH, WHATSAPP, SMS = "email", "push", "whatsapp", "sms"
CHANNELS = (PUSH, WHATSAPP, SMS, EMAIL)
RINGING = frozenset({PUSH, WHATSAPP, SMS})
"""Channels that wake people up; mail does not."""


class Urgency(StrEnum):
    """`urgent` is told at any hour; `normal` waits for the morning where it would ring."""

    URGENT = "urgent"
    NORMAL = "normal"


ORDER_OF_CHANNELS = {
    Urgency.URGENT: (PUSH, WHATSAPP, SMS, EMAIL),
    Urgency.NORMAL: (PUSH, WHATSAPP, EMAIL, SMS),
}
BY_PHONE_FIRST = (WHATSAPP, SMS, PUSH, EMAIL)
"""For a code, which somebody without our app must have in hand at the door."""
AT_A_DESK = (EMAIL, WHATSAPP, PUSH, SMS)
"""For offices, which read mail."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one audience is told of one event."""

    template: str
    urgency: Urgency
    channels: tuple[str, ...]


U, N = Urgency.URGENT, Urgency.NORMAL

_WHO: dict[str, dict[str, Urgency]] = {
    "order.rejected.v1": {CUSTOMER: U, AGENCY: N},
    "order.scheduled.v1": {CUSTOMER: N, AGENCY: N},
    "order.merchant_asked.v1": {MERCHANT: U},
    "order.preparing.v1": {CUSTOMER: N},
    "order.ready.v1": {DRIVER: U},
    "order.driver_assigned.v1": {CUSTOMER: U, RECIPIENT: N, DRIVER: U, MERCHANT: U, AGENCY: N},
    "order.driver_unassigned.v1": {CUSTOMER: U, DRIVER: U, AGENCY: N},
    "order.driver_arrived.v1": {CUSTOMER: U, DRIVER: U, MERCHANT: U, AGENCY: U},
    "order.picked_up.v1": {CUSTOMER: N, RECIPIENT: U, AGENCY: N},
    "order.leg_completed.v1": {CUSTOMER: N},
    "order.attempt_failed.v1": {CUSTOMER: N, RECIPIENT: U, AGENCY: N},
    "order.code_issued.v1": {RECIPIENT: U},
    "order.completed.v1": {CUSTOMER: N, RECIPIENT: N, DRIVER: N, MERCHANT: N, AGENCY: N},
    "order.cancelled.v1": {CUSTOMER: U, RECIPIENT: U, DRIVER: U, MERCHANT: U, AGENCY: N},
    "order.unserved.v1": {CUSTOMER: U, RECIPIENT: N, DRIVER: U, MERCHANT: U, AGENCY: N, OPERATOR: N},
    "order.handed_over.v1": {CUSTOMER: U, OPERATOR: U},
    "order.returning.v1": {CUSTOMER: N, RECIPIENT: N, DRIVER: U, AGENCY: N},
    "order.returned.v1": {CUSTOMER: N, RECIPIENT: N, AGENCY: N},
    "order.return_overdue.v1": {DRIVER: N, AGENCY: N, OPERATOR: N},
    "order.route_closed.v1": {CUSTOMER: U, DRIVER: U, OPERATOR: U},
    "order.change_proposed.v1": {CUSTOMER: U},
    "order.change_refused.v1": {CUSTOMER: U},
    "order.changed.v1": {CUSTOMER: U, DRIVER: U, MERCHANT: U},
}
"""Who can be told how urgently; whom an order's event is told depends on its `tell`, which comes from the catalogue."""

_ALARMS: dict[str, dict[str, Urgency]] = {
    "emergency.raised.v1": {OPERATOR: U, DRIVER: U, CUSTOMER: U, RECIPIENT: U}
}
_CHANNELS: dict[tuple[str, str], tuple[str, ...]] = {("order.code_issued.v1", RECIPIENT): BY_PHONE_FIRST}

CODE = "order.code_issued"
CHANGES = frozenset({"order.change_proposed", "order.change_refused", "order.changed"})
"""Templates that tell what the order is to be, and not where it stands."""
ROUTE_CLOSED = "order.route_closed"
"""An alarm, which stays true until the guest is down."""
ENDS = frozenset(
    {
        "order.completed",
        "order.cancelled",
        "order.unserved",
        "order.rejected",
        "order.handed_over",
        "order.returned",
    },
)
"""Templates that tell of an order's end: whatever is unsent before them has become untrue."""


def template_of(event_type: str) -> str:
    """`order.completed.v1` is told by the template `order.completed`."""
    return event_type.rpartition(".v")[0]


def _channels(event_type: str, audience: str, urgency: Urgency) -> tuple[str, ...]:
    if audience == AGENCY:
        return AT_A_DESK
    return _CHANNELS.get((event_type, audience), ORDER_OF_CHANNELS[urgency])


def _table(who: Mapping[str, Mapping[str, Urgency]]) -> dict[str, dict[str, Row]]:
    return {
        event_type: {
            audience: Row(template_of(event_type), urgency, _channels(event_type, audience, urgency))
            for audience, urgency in audiences.items()
        }
        for event_type, audiences in who.items()
    }


TOLD = _table(_WHO)
ALARMS = _table(_ALARMS)
"""The same for what is told at once and whoever it concerns: it asks no order who is to be told."""
EVERYTHING: dict[str, dict[str, Row]] = {**TOLD, **ALARMS}


def row_of(event_type: str, audience: str) -> Row | None:
    """What this audience is told of the event; None: nothing."""
    return EVERYTHING.get(event_type, {}).get(audience)
