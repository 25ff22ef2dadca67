"""What must hold of orders: each ends once, has one driver, and its events come in sequence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from contracts.events.orders import (
    OrderCancelled,
    OrderCompleted,
    OrderDriverAssigned,
    OrderDriverUnassigned,
    OrderEvent,
    OrderMatchRefused,
    OrderReported,
    OrderReturned,
    OrderUnserved,
)
from contracts.events.refusals import RequestRejected
from contracts.registry import CONTRACTS
from services.ops.demo.checks.evidence import Evidence
from services.simulator.channels.event_log import ENDS, ORDER_REQUEST

FINAL = frozenset({"completed", "cancelled", "rejected", "unserved", "returned", "handed_over"})
FREEING = (OrderDriverUnassigned, OrderCompleted, OrderCancelled, OrderUnserved, OrderReturned)
ANSWERS = (OrderMatchRefused, OrderReported)


def not_ended_once(evidence: Evidence) -> Iterator[str]:
    """Orders that have not ended exactly once by their events, or not by their document."""
    ends = Counter(event.data.order_id for event in evidence.of(*ENDS))
    refused = {
        event.data.order_id
        for event in evidence.of(RequestRejected)
        if event.data.request_type == ORDER_REQUEST
    }
    orders = evidence.documents.get("orders", [])
    status = {order["_id"]: order["state"]["status"] for order in orders}
    since = {
        order["_id"]: f" since {order['state']['since']:%H:%M:%S} UTC"
        for order in orders
        if "since" in order["state"]
    }
    for order_id in sorted(evidence.ordered):
        if order_id in refused and order_id not in status:
            continue
        if ends[order_id] != 1 or status.get(order_id) not in FINAL:
            now = f"{status.get(order_id, 'not there')}{since.get(order_id, '')}"
            yield f"{order_id} ({now}, ended {ends[order_id]} times)"


def two_drivers(evidence: Evidence) -> Iterator[str]:
    """Orders with two drivers at a time, or completed by another driver than the one assigned."""
    drives: dict[str, str] = {}
    for event in evidence.of(OrderDriverAssigned, *FREEING):
        data = event.data
        driver = drives.get(data.order_id)
        if isinstance(data, OrderDriverAssigned):
            if driver is not None:
                yield f"{data.order_id}: {data.driver_id} beside {driver}"
            drives[data.order_id] = data.driver_id
            continue
        if isinstance(data, OrderCompleted) and not (
            data.driver_id == driver == evidence.delivered_by.get(data.order_id)
        ):
            yield f"{data.order_id}: completed by {data.driver_id}, assigned {driver}"
        drives.pop(data.order_id, None)


def out_of_sequence(evidence: Evidence) -> Iterator[str]:
    """Orders with an event that came after one of a higher sequence; answers do not belong to the sequence.

    Each exchange counts for itself, because the two queues of an app have no common order.
    """
    latest: dict[tuple[str, str], int] = defaultdict(int)
    for event in evidence.of(OrderEvent):
        if isinstance(event.data, ANSWERS) or event.sequence is None:
            continue
        key = (event.data.order_id, CONTRACTS[event.type].exchange)
        if event.sequence < latest[key]:
            yield f"{event.data.order_id}: {event.type} {event.sequence} after {latest[key]}"
        latest[key] = max(latest[key], event.sequence)
