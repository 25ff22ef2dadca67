"""Draft a change: whether it is allowed, where it leads, and what the order would cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.values import Actor, Fare, Item, PayerKind, Place, Role
from services.orders.domain.area import Area
from services.orders.domain.changes.terms import CHANGEABLE, ChangeRules, Proposal
from services.orders.domain.errors import StepRefused
from services.orders.domain.ground import SAME_PLACE_M, distance_m
from services.orders.domain.kitchen.items import items_refused, items_total
from services.orders.domain.order import Order

Destination = tuple[str, int]
"""District of a drop-off, and its distance from the pick-up along the road, in metres."""


@dataclass(frozen=True, slots=True)
class WantedChange:
    """What should become of the order; None: as it is."""

    proposal_id: str
    dropoff: Place | None = None
    items: tuple[Item, ...] | None = None
    note: str | None = None


def draft(
    order: Order, by: Actor, wanted: WantedChange, destination: Destination | None, now: datetime
) -> Proposal:
    """The change with its fare, as a proposal to the customer.

    Raises `StepRefused` for items that cannot be ordered, for an order without a tariff
    (`change_not_allowed`), and for a higher fare where the customer does not pay it (`change_dearer`).
    """
    district, metres = destination or (order.dropoff_district, order.distance_m)
    items = order.items if wanted.items is None else wanted.items
    refused = items_refused(items, order.policy.merchant if order.policy else None)
    if refused is not None:
        raise StepRefused(refused)
    fare = repriced(order, metres, items)
    if order.payer.kind is not PayerKind.CUSTOMER and costs_more(fare, order):
        raise StepRefused("change_dearer")
    return Proposal(
        proposal_id=wanted.proposal_id,
        by=by.role,
        asks=Role.CUSTOMER,
        until=now + timedelta(seconds=_rules(order).answer_s),
        fare=fare,
        items=wanted.items,
        dropoff=wanted.dropoff,
        dropoff_district=district,
        distance_m=metres,
        note=wanted.note,
    )


def costs_more(fare: Fare, order: Order) -> bool:
    """Whether this fare is higher than the present one."""
    return order.fare is not None and fare.total > order.fare.total


def repriced(order: Order, metres: int, items: Sequence[Item]) -> Fare:
    """What the order costs with this distance and these items, under the tariff that travels with it.

    Raises `StepRefused` (`change_not_allowed`) for an order without a tariff.
    """
    pricing = order.policy.pricing if order.policy else None
    if pricing is None:
        raise StepRefused("change_not_allowed")
    return pricing.fare(order.scheduled_for or order.requested_at, metres, order.payer, items_total(items))


def require_changeable(order: Order, dropoff: Place | None, items: tuple[Item, ...] | None) -> None:
    """Check that drop-off and items may be changed now; None: that one stays.

    Raises `StepRefused` (`order_ended`, `proposal_open`, `change_not_allowed`, `change_too_late`).
    """
    rules = _rules(order)
    if order.ended:
        raise StepRefused("order_ended")
    if order.waits_for_answer:
        raise StepRefused("proposal_open")
    for wanted, until in ((dropoff, rules.dropoff_until), (items, rules.items_until)):
        if wanted is None:
            continue
        if until is None:
            raise StepRefused("change_not_allowed")
        if order.status not in CHANGEABLE[: CHANGEABLE.index(until) + 1]:
            raise StepRefused("change_too_late")


def destination_of(order: Order, dropoff: Place, area: Area) -> Destination:
    """Where the new drop-off lies.

    Raises `StepRefused` (`outside_area`, `same_place`, `too_far`), and `change_not_allowed` for a place on
    a route with rules of its own, which asks for its own vehicle, hours and papers.
    """
    district = area.district_of(dropoff)
    if district is None:
        raise StepRefused("outside_area")
    if distance_m(order.pickup, dropoff) < SAME_PLACE_M:
        raise StepRefused("same_place")
    if order.climb is not None or any(route.touches(dropoff) for route in area.routes):
        raise StepRefused("change_not_allowed")
    metres = area.road_m(order.pickup, dropoff)
    if metres > _rules(order).most_m:
        raise StepRefused("too_far")
    return district, metres


def _rules(order: Order) -> ChangeRules:
    return order.policy.changes if order.policy else ChangeRules()
