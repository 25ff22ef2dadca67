"""Changes after the order was accepted: request, propose, answer and lapse."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from contracts.values import Actor, OrderStatus, Role
from services.orders.domain.area import Area
from services.orders.domain.changes.drafting import (
    WantedChange,
    costs_more,
    destination_of,
    draft,
    require_changeable,
)
from services.orders.domain.changes.terms import CHANGEABLE, Proposal
from services.orders.domain.errors import StepRefused
from services.orders.domain.kitchen.cooking import require_kitchen
from services.orders.domain.kitchen.terms import Kitchen, KitchenStage
from services.orders.domain.order import SYSTEM, Ending, Order
from services.orders.domain.parties import require_party
from services.orders.domain.search.starting import start_search
from services.orders.domain.transitions import Action, move

S = OrderStatus
UNTIL_PICKED_UP = CHANGEABLE[: CHANGEABLE.index(S.PICKED_UP)]


def request_change(order: Order, by: Actor, wanted: WantedChange, area: Area, now: datetime) -> Order | None:
    """The changed order, or one with a proposal where the fare rises or the merchant has begun to cook.

    None for a request that changes nothing. Raises `StepRefused` (`wrong_actor`, and those of
    `require_changeable`, `destination_of` and `draft`).
    """
    require_party(order, by)
    if wanted.dropoff is None and wanted.items is None and wanted.note is None:
        return None
    require_changeable(order, wanted.dropoff, wanted.items)
    destination = None if wanted.dropoff is None else destination_of(order, wanted.dropoff, area)
    change = draft(order, by, wanted, destination, now)
    begun = order.kitchen is not None and order.kitchen.stage is not KitchenStage.ASKED
    if wanted.items is not None and begun:
        return replace(order, proposal=replace(change, asks=Role.MERCHANT))
    if wanted.items is None and costs_more(
        change.fare, order
    ):  # with other items the customer knows the price
        return replace(order, proposal=change)
    return _changed(order, change, now)


def propose_change(
    order: Order, merchant_id: str, wanted: WantedChange, until: datetime, now: datetime
) -> Order | None:
    """The order with the merchant's proposal of other items; None when it is open already.

    Raises `StepRefused` (`wrong_actor`, `order_ended`, `change_too_late`, `proposal_closed` where its time
    is over, and those of `draft`), `TooEarly` before the merchant was asked.
    """
    require_kitchen(order, merchant_id)
    if order.proposal is not None and order.proposal.proposal_id == wanted.proposal_id:
        return None
    if order.status not in UNTIL_PICKED_UP:
        raise StepRefused("order_ended" if order.ended else "change_too_late")
    if until <= now:
        raise StepRefused("proposal_closed")
    change = draft(order, Actor(role=Role.MERCHANT, id=merchant_id), wanted, None, now)
    return replace(order, proposal=replace(change, by=Role.MERCHANT, until=min(until, change.until)))


def answer_proposal(order: Order, by: Actor, proposal_id: str, now: datetime, *, accepted: bool) -> Order:
    """The order as proposed, as before, or cancelled where it cannot go on without the change.

    Raises `StepRefused` (`wrong_actor`, `order_ended`, `unknown_proposal`, `proposal_closed`, and those of
    `require_changeable`).
    """
    require_party(order, by)
    proposal = order.proposal
    if order.ended:
        raise StepRefused("order_ended")
    if proposal is None or proposal.proposal_id != proposal_id:
        raise StepRefused("unknown_proposal")
    if not _may_answer(proposal, by.role):
        raise StepRefused("wrong_actor")
    if proposal.until <= now:
        raise StepRefused("proposal_closed")
    if accepted:
        if not proposal.essential:
            require_changeable(order, proposal.dropoff, proposal.items)
        return _changed(order, proposal, now)
    return _without(order, proposal, Ending("proposal_refused", by), now)


def lapse_proposal(order: Order, now: datetime) -> Order | None:
    """The order after a proposal without an answer: as before, or cancelled; None before its time."""
    proposal = order.proposal
    if proposal is None or order.ended or proposal.until > now:
        return None
    return _without(order, proposal, Ending("proposal_lapsed", SYSTEM), now)


def _may_answer(proposal: Proposal, role: Role) -> bool:
    """The role that is asked; for a customer also the agency that ordered; and operators."""
    if role in {proposal.asks, Role.OPERATOR}:
        return True
    return proposal.asks is Role.CUSTOMER and role is Role.AGENCY


def _without(order: Order, proposal: Proposal, ending: Ending, now: datetime) -> Order:
    if not proposal.essential:
        return replace(order, proposal=None)
    return move(order, Action.CALL_OFF, Role.SYSTEM, now, ending=ending, proposal=None)


def _changed(order: Order, change: Proposal, now: datetime) -> Order:
    """As proposed. A new fare or drop-off starts a new search: drivers get the trip that they accepted."""
    changed = replace(
        order,
        proposal=None,
        fare=change.fare,
        items=order.items if change.items is None else change.items,
        dropoff=change.dropoff or order.dropoff,
        dropoff_district=change.dropoff_district,
        distance_m=order.distance_m if change.distance_m is None else change.distance_m,
        pickup=order.pickup if change.note is None else order.pickup.model_copy(update={"note": change.note}),
        kitchen=_asked_again(order, change, now),
    )
    differs = (changed.fare, changed.dropoff) != (order.fare, order.dropoff)
    return start_search(changed, now) if order.status is S.SEARCHING and differs else changed


def _asked_again(order: Order, change: Proposal, now: datetime) -> Kitchen | None:
    """The kitchen, with its full time to answer where the items change before it has answered."""
    kitchen, rules = order.kitchen, order.policy.merchant if order.policy else None
    if kitchen is None or rules is None or change.items is None or kitchen.stage is not KitchenStage.ASKED:
        return kitchen
    return replace(kitchen, answer_until=now + timedelta(seconds=rules.answer_s))
