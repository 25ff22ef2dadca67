"""Requests about an order, owned by the orders service."""

# ruff: noqa: RUF012  pydantic copies a default for each model
from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema

from contracts.values import (
    ID_PATTERN,
    Actor,
    Customer,
    Id,
    Item,
    Note,
    Payer,
    Place,
    Point,
    Recipient,
    Rupiah,
    Short,
    UtcTime,
    Value,
)

MAX_DETAILS = 32
MAX_DETAIL_TEXT = 200
MAX_DETAIL_NUMBER = 2**53


def _plain_details(details: dict[str, Any]) -> dict[str, Any]:
    """Keys in order (so that two equal requests have one digest). Raises `ValueError` for anything but plain values."""
    if not all(_is_plain(value) for value in details.values()):
        message = f"details are text up to {MAX_DETAIL_TEXT} characters, numbers, true, false or null"
        raise ValueError(message)
    return dict(sorted(details.items()))


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_DETAIL_TEXT
    if isinstance(value, int | float):
        return abs(value) <= MAX_DETAIL_NUMBER
    return value is None


Details = Annotated[
    dict[Id, Any],
    Field(max_length=MAX_DETAILS),
    AfterValidator(_plain_details),
    WithJsonSchema(
        {
            "type": "object",
            "description": "What this service asks for beside the common fields, e.g. triage, envelope, weight_kg.",
            "maxProperties": MAX_DETAILS,
            "propertyNames": {"pattern": ID_PATTERN},
            "additionalProperties": {
                "type": ["string", "number", "boolean", "null"],
                "maxLength": MAX_DETAIL_TEXT,
                "minimum": -MAX_DETAIL_NUMBER,
                "maximum": MAX_DETAIL_NUMBER,
            },
        }
    ),
]


class OrderRequested(Value):
    """A person or an agency asks for a service. `scheduled_for`: the pick-up, where it is booked ahead."""

    order_id: Id
    service: Id
    customer: Customer
    pickup: Place
    dropoff: Place
    scheduled_for: UtcTime | None = None
    items: Annotated[list[Item], Field(max_length=200)] = []
    payer: Payer | None = None
    recipient: Recipient | None = None
    agency_id: Id | None = None
    max_fare: Rupiah | None = None
    details: Details = {}


class OrderCancellationRequested(Value):
    """Somebody with a right to it wants the order to end."""

    order_id: Id
    by: Actor
    reason: Short | None = None


class OrderReportRequested(Value):
    """Somebody asks for the present state; `order.reported.v1` answers."""

    order_id: Id
    by: Actor


class OrderCodeRequested(Value):
    """Somebody asks for a new one-time code."""

    order_id: Id
    by: Actor


class OrderChangeRequested(Value):
    """The customer wants another drop-off or other items."""

    order_id: Id
    by: Actor
    dropoff: Place | None = None
    items: Annotated[list[Item], Field(max_length=200)] | None = None
    note: Note | None = None


class OrderChangeAnswered(Value):
    """The customer answers a proposed change."""

    order_id: Id
    by: Actor
    proposal_id: Id
    accepted: bool


class OrderEmergencyRaised(Value):
    """Somebody around an order pressed the emergency button; never refused, whatever has become of the order."""

    order_id: Id
    by: Actor
    place: Point


class EmergencyResolved(Value):
    """Somebody of the company has looked after an emergency."""

    emergency_id: Id
    by: Actor
