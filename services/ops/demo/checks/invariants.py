"""What must hold whatever happened: each invariant is a sentence and a function that names the offenders."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.events.matching import DriverReleased, OfferMade
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
from services.ops.demo.checks import notified as telling
from services.ops.demo.checks import promises
from services.ops.demo.checks.evidence import PARKED_QUEUES, WORK_QUEUES, Evidence
from services.simulator.channels.event_log import ENDS, ORDER_REQUEST

FINAL = frozenset({"completed", "cancelled", "rejected", "unserved", "returned", "handed_over"})
FREEING = (OrderDriverUnassigned, OrderCompleted, OrderCancelled, OrderUnserved, OrderReturned)
LEAD = timedelta(minutes=15)  # matching's, unless its settings say otherwise
LOST = "reservation_lost"
ANSWERS = (OrderMatchRefused, OrderReported)


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant after a run; it holds when there are no offenders."""

    name: str
    offenders: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.offenders


def check(evidence: Evidence) -> list[Finding]:
    """Every invariant, in the order of the table."""
    return [Finding(name, tuple(find(evidence))) for name, find in INVARIANTS]


def unfinished(evidence: Evidence) -> Iterator[str]:
    """Orders that the town sent and that have not ended, by event or by document, and since when they are what they are."""
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
            yield f"{order_id} ({status.get(order_id, 'not there')}{since.get(order_id, '')}, ended {ends[order_id]} times)"


def shared_orders(evidence: Evidence) -> Iterator[str]:
    """Orders with two drivers at a time, or completed by somebody else than who drove."""
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


def busy_twice(evidence: Evidence) -> Iterator[str]:
    """Drivers with two live orders at a time. One assigned well ahead of its pick-up is booked, and live when that is near."""
    gone = (event.data for event in evidence.of(OrderDriverUnassigned))
    lost = {(data.driver_id, data.order_id, data.attempt) for data in gone if data.reason == LOST}
    live: dict[str, str] = {}
    booked: dict[tuple[str, str], datetime] = {}
    for event in sorted(evidence.of(OrderDriverAssigned, *FREEING), key=lambda event: event.time):
        data = event.data
        for begun in [key for key, begins in booked.items() if begins <= event.time]:
            del booked[begun]
            yield from _takes(live, *begun)
        if not isinstance(data, OrderDriverAssigned):
            booked.pop((data.driver_id, data.order_id), None)
            if live.get(data.driver_id) == data.order_id:
                del live[data.driver_id]
        elif data.eta_s > LEAD.total_seconds() and (data.driver_id, data.order_id, data.attempt) not in lost:
            booked[data.driver_id, data.order_id] = event.time + timedelta(seconds=data.eta_s) - LEAD
        elif data.eta_s <= LEAD.total_seconds():
            yield from _takes(live, data.driver_id, data.order_id)


def still_busy(evidence: Evidence) -> Iterator[str]:
    """Drivers who were not released from an order, or whose document still names one."""
    assigned = {(event.data.driver_id, event.data.order_id) for event in evidence.of(OrderDriverAssigned)}
    released = {(event.data.driver_id, event.data.order_id) for event in evidence.of(DriverReleased)}
    for driver, order in sorted(assigned - released):
        yield f"{driver} from {order}"
    for driver in evidence.documents.get("drivers", []):
        state = driver["state"]
        for held in filter(None, (state.get("live"), *state.get("reserved", ()))):
            yield f"{driver['_id']} is still at {held.get('order_id')}"


def asked_in_vain(evidence: Evidence) -> Iterator[str]:
    """Drivers who may not work and were asked."""
    for event in evidence.of(OfferMade):
        if event.data.driver_id in evidence.barred_drivers:
            yield f"{event.data.driver_id} for {event.data.order_id}"


def out_of_order(evidence: Evidence) -> Iterator[str]:
    """Orders whose events came with a lower sequence than one before; answers are no part of the sequence.

    Of one exchange each: the two queues of an app have no common order.
    """
    latest: dict[tuple[str, str], int] = defaultdict(int)
    for event in evidence.of(OrderEvent):
        if isinstance(event.data, ANSWERS) or event.sequence is None:
            continue
        key = (event.data.order_id, CONTRACTS[event.type].exchange)
        if event.sequence < latest[key]:
            yield f"{event.data.order_id}: {event.type} {event.sequence} after {latest[key]}"
        latest[key] = max(latest[key], event.sequence)


def unsent(evidence: Evidence) -> Iterator[str]:
    """Documents whose outbox still holds events."""
    for collection, documents in evidence.documents.items():
        for document in documents:
            if document.get("outbox"):
                yield f"{collection}/{document['_id']}"


def left_over(evidence: Evidence) -> Iterator[str]:
    """Queues with work that nobody did."""
    return _filled(evidence, WORK_QUEUES)


def parked(evidence: Evidence) -> Iterator[str]:
    """Queues with messages that were given up."""
    return _filled(evidence, PARKED_QUEUES)


def troubles(evidence: Evidence) -> Iterator[str]:
    """Events that the town could not read, and actors that stumbled."""
    yield from evidence.troubles


def _takes(live: dict[str, str], driver: str, order: str) -> Iterator[str]:
    if live.get(driver, order) != order:
        yield f"{driver}: {order} beside {live[driver]}"
    live[driver] = order


def _filled(evidence: Evidence, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if evidence.queues.get(name):
            yield f"{name}: {evidence.queues[name]}"


Find = Callable[[Evidence], Iterator[str]]

INVARIANTS: tuple[tuple[str, Find], ...] = (
    ("every order has ended, once", unfinished),
    ("one driver an order: who was assigned last, drove and completed", shared_orders),
    ("one live order a driver at any time", busy_twice),
    ("every driver is free again", still_busy),
    ("only attested residents with valid papers were asked", asked_in_vain),
    ("whoever was to be told was told exactly once, by one mail", telling.untold),
    ("nobody else was told anything", telling.overtold),
    ("events of an order came in the order of their sequence", out_of_order),
    ("every outbox is empty", unsent),
    ("every story of a service ended as the service promises", promises.other_ends),
    ("no event that everybody reads says who or where exactly", promises.indiscreet),
    ("one-time codes are read by their recipients alone", promises.loose_codes),
    ("every envelope has a whole chain of custody", promises.broken_custody),
    ("no budget is overspent, and every rupiah of it accounted for", promises.broken_budgets),
    ("every work queue is empty", left_over),
    ("nothing is parked", parked),
    ("the town could read every event", troubles),
)
