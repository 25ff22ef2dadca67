"""The values of an event that texts need, stored with the notification: no name, address, place or code."""

from __future__ import annotations

from enum import Enum
from math import ceil
from typing import Any

from contracts.events.emergencies import EmergencyRaised
from contracts.events.orders import OrderEvent
from contracts.values import Value

Parameters = dict[str, Any]

COPIED = (
    "code_serial",
    "completed_at",
    "delivery_attempt",
    "fee",
    "leg",
    "next_at",
    "ready_at",
    "reason",
    "return_by",
    "scheduled_for",
    "search_starts_at",
    "to",
    "until",
)
"""Fields that are copied as they are, where the event's type has them."""


def parameters_of(event: Value) -> Parameters:
    """The values of an event that has an audience: money in whole rupiah, times in UTC, texts by locale.

    Raises `TypeError` for any other event.
    """
    if isinstance(event, EmergencyRaised):
        return _of_emergency(event)
    if not isinstance(event, OrderEvent):
        message = f"no text tells of {type(event).__name__}"
        raise TypeError(message)
    common: Parameters = {
        "order_id": event.order_id,
        "service": event.service,
        "service_name": dict(event.service_name),
        "notices": dict(event.notices or {}),
        "payer": event.payer.kind.value,
        "carries": None if event.carries is None else event.carries.value,
    }
    fields = type(event).model_fields
    for name in COPIED:
        if name in fields:
            common[name] = _plain(getattr(event, name))
    return {**common, **_derived(event)}


def _of_emergency(event: EmergencyRaised) -> Parameters:
    """Ids only."""
    who = {"emergency_id": event.emergency_id, "order_id": event.order_id, "driver_id": event.driver_id}
    return {**who, "raised_by": event.raised_by.value, "service": "", "service_name": {}, "notices": {}}


def _derived(event: OrderEvent) -> Parameters:
    derived: Parameters = {}
    vehicle, fare, by = (getattr(event, name, None) for name in ("vehicle", "fare", "by"))
    if vehicle is not None:
        derived |= {"plate": vehicle.plate, "minutes": max(1, ceil(getattr(event, "eta_s", 0) / 60))}
    if fare is not None:
        derived |= {
            "total": fare.total,
            "driver_share": fare.driver_share,
            "merchant_share": fare.merchant_share,
        }
    if by is not None:
        derived["by"] = by.role.value
    return derived


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
