"""The events that the town has heard: each once, in the order in which its first copy came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from contracts.events.orders import (
    OrderAccepted,
    OrderCancelled,
    OrderCompleted,
    OrderDriverArrived,
    OrderDriverAssigned,
    OrderDriverUnassigned,
    OrderHandedOver,
    OrderLegCompleted,
    OrderMerchantAsked,
    OrderPickedUp,
    OrderPreparing,
    OrderRejected,
    OrderReturned,
    OrderReturning,
    OrderScheduled,
    OrderUnserved,
)
from contracts.events.refusals import RequestRejected
from contracts.message import Message

STATUS_AFTER: dict[type, str] = {
    OrderAccepted: "searching",
    OrderScheduled: "scheduled",
    OrderMerchantAsked: "awaiting_merchant",
    OrderPreparing: "preparing",
    OrderDriverAssigned: "assigned",
    OrderDriverUnassigned: "searching",
    OrderDriverArrived: "at_pickup",
    OrderPickedUp: "picked_up",
    OrderLegCompleted: "awaiting_return",
    OrderReturning: "returning",
    OrderCompleted: "completed",
    OrderCancelled: "cancelled",
    OrderRejected: "rejected",
    OrderUnserved: "unserved",
    OrderReturned: "returned",
    OrderHandedOver: "handed_over",
}
ENDS = (OrderCompleted, OrderCancelled, OrderRejected, OrderUnserved, OrderReturned, OrderHandedOver)
ORDER_REQUEST = "order.requested.v1"

Hear = Callable[[Message[Any]], None]


class EventLog:
    """Every event, and the status of each order that follows from them."""

    def __init__(self) -> None:
        self.events: list[Message[Any]] = []
        self.repeats: Counter[str] = Counter()
        self.status: dict[str, str] = {}
        self.ended: set[str] = set()
        self._known: set[tuple[str, str]] = set()
        self._listeners: list[Hear] = []

    def listen(self, hear: Hear) -> None:
        """Call `hear` with each event when its first copy comes."""
        self._listeners.append(hear)

    def note(self, event: Message[Any]) -> None:
        """Keep an event and tell the listeners; a repeat is only counted."""
        key = (event.source, event.id)
        if key in self._known:
            self.repeats[event.type] += 1
            return
        self._known.add(key)
        self.events.append(event)
        self._follow(event)
        for hear in self._listeners:
            hear(event)

    def asked(self, order_id: str) -> None:
        """Note that the town has sent this order."""
        self.status.setdefault(order_id, "requested")

    def _follow(self, event: Message[Any]) -> None:
        data = event.data
        status = STATUS_AFTER.get(type(data))
        if (
            isinstance(data, RequestRejected)
            and data.request_type == ORDER_REQUEST
            and data.order_id is not None
        ):
            self.status[data.order_id] = "refused"
            self.ended.add(data.order_id)
        elif status is not None:
            self.status[data.order_id] = status
            if isinstance(data, ENDS):
                self.ended.add(data.order_id)
