"""What must hold of drivers: one live order at a time, free at the end, asked only when they may work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from contracts.events.matching import DriverReleased, OfferMade
from contracts.events.orders import OrderDriverAssigned, OrderDriverUnassigned
from services.ops.demo.checks.evidence import Evidence
from services.ops.demo.checks.orders import FREEING

LEAD = timedelta(minutes=15)  # before a pick-up a booked order becomes live; matching's default
LOST = "reservation_lost"


def two_live_orders(evidence: Evidence) -> Iterator[str]:
    """Drivers with two live orders at a time.

    An order assigned well ahead of its pick-up is only booked, until `LEAD` before the pick-up.
    """
    gone = (event.data for event in evidence.of(OrderDriverUnassigned))
    lost = {(data.driver_id, data.order_id, data.attempt) for data in gone if data.reason == LOST}
    live: dict[str, str] = {}
    booked: dict[tuple[str, str], datetime] = {}
    for event in sorted(evidence.of(OrderDriverAssigned, *FREEING), key=lambda event: event.time):
        data = event.data
        for begun in [key for key, begins in booked.items() if begins <= event.time]:
            del booked[begun]
            yield from _begin(live, *begun)
        if not isinstance(data, OrderDriverAssigned):
            booked.pop((data.driver_id, data.order_id), None)
            if live.get(data.driver_id) == data.order_id:
                del live[data.driver_id]
        elif data.eta_s > LEAD.total_seconds() and (data.driver_id, data.order_id, data.attempt) not in lost:
            booked[data.driver_id, data.order_id] = event.time + timedelta(seconds=data.eta_s) - LEAD
        elif data.eta_s <= LEAD.total_seconds():
            yield from _begin(live, data.driver_id, data.order_id)


def not_released(evidence: Evidence) -> Iterator[str]:
    """Drivers who were not released from an order, or whose document still names one."""
    assigned = {(event.data.driver_id, event.data.order_id) for event in evidence.of(OrderDriverAssigned)}
    released = {(event.data.driver_id, event.data.order_id) for event in evidence.of(DriverReleased)}
    for driver, order in sorted(assigned - released):
        yield f"{driver} from {order}"
    for driver in evidence.documents.get("drivers", []):
        state = driver["state"]
        for held in filter(None, (state.get("live"), *state.get("reserved", ()))):
            yield f"{driver['_id']} is still at {held.get('order_id')}"


def barred_but_asked(evidence: Evidence) -> Iterator[str]:
    """Drivers who may not work, and got an offer."""
    for event in evidence.of(OfferMade):
        if event.data.driver_id in evidence.barred_drivers:
            yield f"{event.data.driver_id} for {event.data.order_id}"


def _begin(live: dict[str, str], driver: str, order: str) -> Iterator[str]:
    if live.get(driver, order) != order:
        yield f"{driver}: {order} beside {live[driver]}"
    live[driver] = order
