"""The audience table: who is told what, how urgently, and by which channels, in the order of trying."""

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
"""Channels that wake people up."""


class Urgency(StrEnum):
    """`urgent` is sent at any hour; `normal` waits for the morning if the channel rings."""

    URGENT = "urgent"
    NORMAL = "normal"


CHANNEL_ORDER = {
    Urgency.URGENT: (PUSH, WHATSAPP, SMS, EMAIL),
    Urgency.NORMAL: (PUSH, WHATSAPP, EMAIL, SMS),
}
BY_PHONE_FIRST = (WHATSAPP, SMS, PUSH, EMAIL)
"""For a code: the recipient may not have our app and needs it at the door."""
AT_A_DESK = (EMAIL, WHATSAPP, PUSH, SMS)
"""For offices: they read mail."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one audience is told of one event."""

    template: str
    urgency: Urgency
    channels: tuple[str, ...]


Table = Mapping[str, Mapping[str, Row]]
"""Event type → audience → row."""
U, N = Urgency.URGENT, Urgency.NORMAL

_ORDER_EVENTS: dict[str, dict[str, Urgency]] = {
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
"""How urgent each event is for each audience. The event's `tell`, which comes from the catalogue, chooses the
audiences.
"""

_ALARM_EVENTS: dict[str, dict[str, Urgency]] = {
    "emergency.raised.v1": {OPERATOR: U, DRIVER: U, CUSTOMER: U, RECIPIENT: U}
}
_CHANNELS: dict[tuple[str, str], tuple[str, ...]] = {("order.code_issued.v1", RECIPIENT): BY_PHONE_FIRST}

CODE = "order.code_issued"
CHANGES = frozenset({"order.change_proposed", "order.change_refused", "order.changed"})
"""Templates that tell of a change to the order, not of its state."""
ROUTE_CLOSED = "order.route_closed"
"""An alarm: it stays true until the guest is down from the mountain."""
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
"""Templates that tell of an order's end: they supersede everything unsent before them."""


def template_of(event_type: str) -> str:
    """The template of an event type: `order.completed` for `order.completed.v1`."""
    return event_type.rpartition(".v")[0]


def _channels(event_type: str, audience: str, urgency: Urgency) -> tuple[str, ...]:
    if audience == AGENCY:
        return AT_A_DESK
    return _CHANNELS.get((event_type, audience), CHANNEL_ORDER[urgency])


def _table(who: Mapping[str, Mapping[str, Urgency]]) -> Table:
    return {
        event_type: {
            audience: Row(template_of(event_type), urgency, _channels(event_type, audience, urgency))
            for audience, urgency in audiences.items()
        }
        for event_type, audiences in who.items()
    }


ORDER_ROWS = _table(_ORDER_EVENTS)
ALARM_ROWS = _table(_ALARM_EVENTS)
"""Emergencies: told at once, and to a fixed audience instead of an order's `tell`."""
AUDIENCE_TABLE: Table = {**ORDER_ROWS, **ALARM_ROWS}


def row_of(event_type: str, audience: str) -> Row | None:
    """The row of this audience for the event; None if it is not told."""
    return AUDIENCE_TABLE.get(event_type, {}).get(audience)
