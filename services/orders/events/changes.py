"""Events of a change after acceptance: public ones announce it, confidential ones say what it is."""

from __future__ import annotations

from contracts.events.changes import OrderChanged, OrderChangeProposed
from contracts.events.confidential import MerchantBriefed, ProposalMade
from contracts.values import Role, Value
from services.orders.domain.changes.terms import Proposal
from services.orders.domain.kitchen.terms import KitchenStage
from services.orders.domain.order import Order
from services.orders.events import announce


def merchant_briefed(order: Order, proposal: Proposal | None = None) -> tuple[Value, ...]:
    """Confidential, to the merchant: what to cook, or what is asked for instead; empty without a kitchen."""
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
    """A change waits for an answer: announced in public, described to the party that has to answer."""
    proposal = order.proposal
    if proposal is None:
        return ()
    waits = announce.of(OrderChangeProposed, order, proposal_id=proposal.proposal_id, until=proposal.until)
    asked = merchant_briefed(order, proposal) if proposal.asks is Role.MERCHANT else (_made(order, proposal),)
    return (waits, *asked)


def changed(order: Order, before: Order) -> tuple[Value, ...]:
    """The change is done; driver, kitchen and search read the order again where it concerns them."""
    event = announce.of(OrderChanged, order, fare=announce.fare(order))
    cooks = order.kitchen is not None and order.kitchen.stage is not KitchenStage.READY
    differs = (order.items, order.pickup) != (before.items, before.pickup)
    kitchen = merchant_briefed(order) if cooks and differs else ()
    driver = (announce.briefed(order),) if order.assignment is not None else ()
    search = (announce.search_started(order),) if order.attempt > before.attempt else ()
    return (event, *kitchen, *driver, *search)


def _made(order: Order, proposal: Proposal) -> Value:
    return ProposalMade(
        proposal_id=proposal.proposal_id,
        order_id=order.order_id,
        customer_id=order.customer.id,
        items=None if proposal.items is None else list(proposal.items),
        dropoff=proposal.dropoff,
        fare=proposal.fare,
        until=proposal.until,
    )
