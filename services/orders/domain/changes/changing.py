"""Changes after the order was taken in: asked for, proposed, answered, lapsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.values import Actor, Fare, Item, OrderStatus, PayerKind, Place, Role
from services.orders.domain.area import Area
from services.orders.domain.changes.terms import ChangeRules, Proposal
from services.orders.domain.errors import StepRefused
from services.orders.domain.ground import distance_m
from services.orders.domain.intake.intake import SAME_PLACE_M
from services.orders.domain.kitchen.cooking import require_kitchen
from services.orders.domain.kitchen.items import items_refused, items_total
from services.orders.domain.kitchen.terms import KitchenStage
from services.orders.domain.order import SYSTEM, Ending, Order
from services.orders.domain.parties import require_party
from services.orders.domain.search.starting import start_search
from services.orders.domain.transitions import Action, move

S = OrderStatus
# Statuses in the order of an order's life: a change is allowed up to and with the one that the service names.
LIFE = (S.SCHEDULED, S.AWAITING_MERCHANT, S.PREPARING, S.SEARCHING, S.ASSIGNED, S.AT_PICKUP, S.PICKED_UP)
UNTIL_PICKED_UP = LIFE[: LIFE.index(S.PICKED_UP)]

Door = tuple[str, int]
"""District, and metres along the road from the pick-up."""


@dataclass(frozen=True, slots=True)
class WantedChange:
    """What somebody wants to be otherwise; None: as it is."""

    proposal_id: str
    dropoff: Place | None = None
    items: tuple[Item, ...] | None = None
    note: str | None = None


def request_change(order: Order, by: Actor, wish: WantedChange, area: Area, now: datetime) -> Order | None:
    """The changed order, or one with a proposal where the fare rises or the merchant cooks already.

    None for what changes nothing. Raises `StepRefused`.
    """
    require_party(order, by)
    if wish.dropoff is None and wish.items is None and wish.note is None:
        return None
    _allowed(order, wish.dropoff, wish.items)
    door = None if wish.dropoff is None else _reachable(order, wish.dropoff, area)
    change = _change(order, by, wish, door, now)
    cooks = (
        wish.items is not None and order.kitchen is not None and order.kitchen.stage is not KitchenStage.ASKED
    )
    if cooks:
        return replace(order, proposal=replace(change, asks=Role.MERCHANT))
    dearer = order.fare is not None and change.fare.total > order.fare.total
    if dearer and wish.items is None:  # who wants other items knows what they cost
        return replace(order, proposal=change)
    return _applied(order, change, now)


def propose_change(
    order: Order, merchant_id: str, wish: WantedChange, until: datetime, now: datetime
) -> Order | None:
    """The order with the merchant's proposal of other items; None when it is open already. Raises `StepRefused`."""
    require_kitchen(order, merchant_id)
    if order.proposal is not None and order.proposal.proposal_id == wish.proposal_id:
        return None
    if order.status not in UNTIL_PICKED_UP:
        raise StepRefused("order_ended" if order.ended else "change_too_late")
    if until <= now:
        raise StepRefused("proposal_closed")
    change = _change(order, Actor(role=Role.MERCHANT, id=merchant_id), wish, None, now)
    return replace(order, proposal=replace(change, by=Role.MERCHANT, until=min(until, change.until)))


def answer_proposal(order: Order, by: Actor, proposal_id: str, now: datetime, *, accepted: bool) -> Order:
    """The order as proposed, as before, or cancelled where it cannot go on without the change. Raises `StepRefused`."""
    require_party(order, by)
    proposal = order.proposal
    if order.ended:
        raise StepRefused("order_ended")
    if proposal is None or proposal.proposal_id != proposal_id:
        raise StepRefused("unknown_proposal")
    if by.role not in {proposal.asks, Role.OPERATOR} and not (
        proposal.asks is Role.CUSTOMER and by.role is Role.AGENCY
    ):
        raise StepRefused("wrong_actor")
    if proposal.until <= now:
        raise StepRefused("proposal_closed")
    if accepted:
        if not proposal.essential:
            _allowed(order, proposal.dropoff, proposal.items)
        return _applied(order, proposal, now)
    return _without(order, proposal, Ending("proposal_refused", by), now)


def lapse_proposal(order: Order, now: datetime) -> Order | None:
    """What becomes of a proposal that nobody answered; None before its time."""
    proposal = order.proposal
    if proposal is None or order.ended or proposal.until > now:
        return None
    return _without(order, proposal, Ending("proposal_lapsed", SYSTEM), now)


def repriced(order: Order, metres: int, items: Sequence[Item]) -> Fare:
    """What the order costs so, under the tariff that travels with it. Raises `StepRefused` for one without."""
    pricing = order.policy.pricing if order.policy else None
    if pricing is None:
        raise StepRefused("change_not_allowed")
    return pricing.fare(order.scheduled_for or order.requested_at, metres, order.payer, items_total(items))


def _without(order: Order, proposal: Proposal, ending: Ending, now: datetime) -> Order:
    if not proposal.essential:
        return replace(order, proposal=None)
    return move(order, Action.CALL_OFF, Role.SYSTEM, now, ending=ending, proposal=None)


def _rules(order: Order) -> ChangeRules:
    return order.policy.changes if order.policy else ChangeRules()


def _allowed(order: Order, dropoff: Place | None, items: tuple[Item, ...] | None) -> None:
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
        if order.status not in LIFE[: LIFE.index(until) + 1]:
            raise StepRefused("change_too_late")


def _change(order: Order, by: Actor, wish: WantedChange, door: Door | None, now: datetime) -> Proposal:
    district, metres = door or (order.dropoff_district, order.distance_m)
    items = order.items if wish.items is None else wish.items
    refused = items_refused(items, order.policy.merchant if order.policy else None)
    if refused is not None:
        raise StepRefused(refused)
    fare = repriced(order, metres, items)
    if (
        order.payer.kind is not PayerKind.CUSTOMER
        and order.fare is not None
        and fare.total > order.fare.total
    ):
        raise StepRefused("change_dearer")
    return Proposal(
        proposal_id=wish.proposal_id,
        by=by.role,
        asks=Role.CUSTOMER,
        until=now + timedelta(seconds=_rules(order).answer_s),
        fare=fare,
        items=wish.items,
        dropoff=wish.dropoff,
        dropoff_district=district,
        distance_m=metres,
        note=wish.note,
    )


def _reachable(order: Order, dropoff: Place, area: Area) -> Door:
    district = area.district_of(dropoff)
    if district is None:
        raise StepRefused("outside_area")
    if distance_m(order.pickup, dropoff) < SAME_PLACE_M:
        raise StepRefused("same_place")
    if order.climb is not None or any(route.touches(dropoff) for route in area.routes):
        raise StepRefused("change_not_allowed")  # a mountain asks for its own vehicle, hours and papers
    metres = area.road_m(order.pickup, dropoff)
    if metres > _rules(order).most_m:
        raise StepRefused("too_far")
    return district, metres


def _applied(order: Order, change: Proposal, now: datetime) -> Order:
    """As changed. Drivers who are just being asked are asked anew: nobody accepts another trip than the one he drives."""
    kitchen = order.kitchen
    if (
        kitchen is not None
        and kitchen.stage is KitchenStage.ASKED
        and change.items is not None
        and order.policy
        and order.policy.merchant
    ):
        until = now + timedelta(seconds=order.policy.merchant.answer_s)
        kitchen = replace(kitchen, answer_until=until)
    changed = replace(
        order,
        proposal=None,
        fare=change.fare,
        items=order.items if change.items is None else change.items,
        dropoff=change.dropoff or order.dropoff,
        dropoff_district=change.dropoff_district,
        distance_m=order.distance_m if change.distance_m is None else change.distance_m,
        pickup=order.pickup if change.note is None else order.pickup.model_copy(update={"note": change.note}),
        kitchen=kitchen,
    )
    asked_anew = order.status is S.SEARCHING and (changed.fare, changed.dropoff) != (
        order.fare,
        order.dropoff,
    )
    return start_search(changed, now) if asked_anew else changed
