"""Changes of an order as events: to everybody that there is one, to its parties what it is."""

from __future__ import annotations

from contracts.events.changes import OrderChanged, OrderChangeProposed, OrderChangeRefused
from contracts.events.confidential import MerchantBriefed, ProposalMade
from contracts.events.orders import OrderCancelled
from contracts.values import Role, Value
from services.orders.domain.changes.terms import Proposal
from services.orders.domain.kitchen.terms import KitchenStage
from services.orders.domain.order import Order
from services.orders.handlers import announce
from services.runtime.change import Change, Entry


def slip(order: Order, proposal: Proposal | None = None) -> tuple[Value, ...]:
    """Confidential, to the merchant: what to cook, or what the customer would rather have; nothing without a kitchen."""
    kitchen = order.kitchen
    if kitchen is None or order.merchant_id is None:
        return ()
    return (
        MerchantBriefed(
            order_id=order.order_id,
            merchant_id=order.merchant_id,
            items=list(order.items if proposal is None else proposal.items or ()),
            note=order.pickup.note if proposal is None else proposal.note,
            answer_until=kitchen.answer_until if proposal is None else proposal.until,
            proposal_id=None if proposal is None else proposal.proposal_id,
        ),
    )


def proposed(order: Order) -> tuple[Value, ...]:
    """A change waits for somebody's yes."""
    proposal = order.proposal
    if proposal is None:
        return ()
    waits = announce.of(OrderChangeProposed, order, proposal_id=proposal.proposal_id, until=proposal.until)
    return (waits, *(slip(order, proposal) if proposal.asks is Role.MERCHANT else (_offer(order, proposal),)))


def changed(order: Order, before: Order) -> tuple[Value, ...]:
    """It is as wanted now; who drives, who cooks and who might drive read it anew."""
    event = announce.of(OrderChanged, order, fare=announce.fare(order))
    cooks = order.kitchen is not None and order.kitchen.stage is not KitchenStage.READY
    kitchen = slip(order) if cooks and (order.items, order.pickup) != (before.items, before.pickup) else ()
    driver = (announce.briefed(order),) if order.assignment is not None else ()
    search = (announce.search_started(order),) if order.attempt > before.attempt else ()
    return (event, *kitchen, *driver, *search)


def answered(order: Order, before: Order, by: str, *, accepted: bool) -> Change[Order]:
    """What became of a proposal: done, dropped, or the end of the order."""
    if order.ended:
        ending = announce.ending(order)
        cancelled = announce.of(OrderCancelled, order, by=ending.by, reason=ending.reason, fee=ending.fee)
        return Change(order, (cancelled, *announce.receipt(order)), Entry(order.status, by, ending.reason))
    if not accepted and before.proposal is not None:
        refused = announce.of(OrderChangeRefused, order, proposal_id=before.proposal.proposal_id)
        return Change(order, (refused,), Entry(order.status, by, "change_refused"))
    return Change(order, changed(order, before), Entry(order.status, by, "changed"))


def _offer(order: Order, proposal: Proposal) -> Value:
    return ProposalMade(
        proposal_id=proposal.proposal_id,
        order_id=order.order_id,
        customer_id=order.customer.id,
        items=None if proposal.items is None else list(proposal.items),
        dropoff=proposal.dropoff,
        fare=proposal.fare,
        until=proposal.until,
    )
