"""What the texts need of an event: plain values, which the notification keeps. Nobody's name, address or place."""

from __future__ import annotations

from math import ceil
from typing import Any

from contracts.events.emergencies import EmergencyRaised
from contracts.events.orders import (
    OrderCancelled,
    OrderCompleted,
    OrderDriverAssigned,
    OrderDriverUnassigned,
    OrderEvent,
    OrderRejected,
    OrderUnserved,
)

Parameters = dict[str, Any]


def parameters_of(event: OrderEvent) -> Parameters:
    """Money in whole rupiah, times in UTC, texts by locale."""
    common: Parameters = {
        "order_id": event.order_id,
        "service": event.service,
        "service_name": dict(event.service_name),
        "notices": dict(event.notices or {}),
        "payer": event.payer.kind.value,
    }
    match event:
        case OrderDriverAssigned():
            return {**common, "plate": event.vehicle.plate, "minutes": max(1, ceil(event.eta_s / 60))}
        case OrderCompleted():
            money = {"total": event.fare.total, "driver_share": event.fare.driver_share}
            return {**common, **money, "completed_at": event.completed_at}
        case OrderCancelled():
            return {**common, "reason": event.reason, "by": event.by.role.value, "fee": event.fee}
        case OrderUnserved() | OrderRejected() | OrderDriverUnassigned():
            return {**common, "reason": event.reason}
    return common


def parameters_of_emergency(event: EmergencyRaised) -> Parameters:
    """Ids alone."""
    who = {"emergency_id": event.emergency_id, "order_id": event.order_id, "driver_id": event.driver_id}
    return {**who, "service": "", "service_name": {}, "notices": {}}
