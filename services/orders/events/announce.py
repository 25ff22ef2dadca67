"""Orders as events: what the world reads about a step."""

from __future__ import annotations

from typing import Any, TypeVar

from contracts.events import orders as events
from contracts.events.confidential import Custody, ReceiptIssued
from contracts.registry import TYPE_OF
from contracts.values import Fare, SearchPolicy, Value
from services.orders.domain.order import Assignment, Ending, Order

E = TypeVar("E", bound=events.OrderEvent)


def of(event: type[E], order: Order, **details: Any) -> E:
    """The event with everything that each event of an order carries."""
    told = order.policy.told_of(TYPE_OF[event]) if order.policy else ()
    fields: dict[str, Any] = {
        "order_id": order.order_id,
        "service": order.service,
        "service_name": order.service_name,
        "carries": order.policy.carries if order.policy else None,
        "customer": order.customer,
        "recipient_id": order.recipient_id,
        "merchant_id": order.merchant_id,
        "agency_id": order.agency_id,
        "driver_id": order.driver_id,
        "payer": order.payer,
        "pickup_district": order.pickup_district,
        "dropoff_district": order.dropoff_district,
        "tell": list(told),
        "notices": (order.policy.notices if order.policy else None) or None,
    }
    return event(**{**fields, **details})


def search_started(order: Order) -> events.OrderSearchStarted:
    """Confidential: start the search for a driver."""
    policy = _given(order.policy)
    return of(
        events.OrderSearchStarted,
        order,
        attempt=order.attempt,
        pickup=order.pickup,
        dropoff=order.dropoff,
        pickup_at=order.pickup_at,
        takes_s=policy.schedule.takes_s if policy.schedule else None,
        requirements=policy.requirements,
        priority=policy.priority,
        search=_search(order),
        excluded_drivers=list(order.excluded_drivers),
        fare=fare(order),
        tell=[],
    )


def postponed(order: Order) -> events.OrderScheduled:
    """It waits again for a search; people are not told, as the pick-up stays the same."""
    return scheduled(order, tell=[])


def scheduled(order: Order, **details: Any) -> events.OrderScheduled:
    """It waits for the first search, or the next."""
    times = {"scheduled_for": _given(order.scheduled_for), "search_starts_at": _given(order.search_starts_at)}
    return of(events.OrderScheduled, order, **times, **details)


def assigned(order: Order) -> tuple[Value, ...]:
    """Public: who drives; to the driver alone: where and what."""
    assignment = _given(order.assignment)
    return (
        of(
            events.OrderDriverAssigned,
            order,
            attempt=assignment.attempt,
            vehicle=assignment.vehicle,
            residence=assignment.residence,
            eta_s=assignment.eta_s,
        ),
        briefed(order),
    )


def briefed(order: Order) -> events.AssignmentBriefed:
    """Confidential: what the driver has to know, again whenever it changes."""
    assignment, policy = _given(order.assignment), _given(order.policy)
    return events.AssignmentBriefed(
        order_id=order.order_id,
        driver_id=assignment.driver_id,
        pickup=order.pickup,
        dropoff=order.dropoff,
        pickup_at=order.pickup_at,
        note=order.pickup.note,
        items=list(order.items),
        requirements=policy.requirements,
        proof_at_pickup=list(policy.proof.pickup),
        proof_at_dropoff=list(policy.proof.dropoff),
    )


def code_issued(order: Order) -> tuple[Value, ...]:
    """The recipient gets a code; nothing where the service has none."""
    return () if order.code is None else (of(events.OrderCodeIssued, order, code_serial=order.code.serial),)


def receipt(order: Order) -> tuple[Value, ...]:
    """To the agency alone: how it ended, and who had the goods when; nothing where no agency takes part."""
    if order.agency_id is None or order.fare is None:
        return ()
    custody = [
        Custody(at=line.at, step=line.step, by=line.by, envelope=line.envelope) for line in order.custody
    ]
    issued = ReceiptIssued(
        order_id=order.order_id,
        agency_id=order.agency_id,
        outcome=order.status,
        at=order.since,
        custody=custody,
    )
    return (issued,)


def returned(order: Order) -> tuple[Value, ...]:
    """The goods are back, and its payer owes the fare all the same."""
    return (
        of(
            events.OrderReturned, order, reason=order.delivery.reason, fare=order.fare if order.owed else None
        ),
        *receipt(order),
    )


def searched_again(order: Order, before: Assignment, reason: str) -> tuple[Value, ...]:
    """The driver is gone, and another one is searched."""
    gone = of(
        events.OrderDriverUnassigned, order, driver_id=before.driver_id, attempt=before.attempt, reason=reason
    )
    return gone, search_started(order)


def ending(order: Order) -> Ending:
    """How it ended."""
    return _given(order.ending)


def fare(order: Order) -> Fare:
    """What it costs."""
    return _given(order.fare)


def _search(order: Order) -> SearchPolicy:
    return _given(order.search)


T = TypeVar("T")


def _given(value: T | None) -> T:
    if value is None:
        message = "the order has not come that far"
        raise ValueError(message)
    return value
