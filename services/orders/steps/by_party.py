"""Steps that a party of the order asks for: customer, agency, merchant, recipient or operator."""

from __future__ import annotations

from datetime import datetime

from contracts.events.changes import OrderChangeRefused
from contracts.events.orders import OrderCancelled
from contracts.message import Message, derived_id
from contracts.requests.orders import (
    OrderCancellationRequested,
    OrderChangeAnswered,
    OrderChangeRequested,
    OrderCodeRequested,
)
from services.orders.domain.area import Area
from services.orders.domain.cancelling import cancel
from services.orders.domain.changes import changing
from services.orders.domain.changes.drafting import WantedChange
from services.orders.domain.custody.proof import new_code
from services.orders.domain.order import Order
from services.orders.domain.parties import require_party
from services.orders.events import announce
from services.orders.events.changes import changed, proposed
from services.orders.steps.endings import cancelled, reason_of
from services.runtime.change import Change, Entry


def cancellation_requested(
    order: Order, message: Message[OrderCancellationRequested], now: datetime
) -> Change[Order] | None:
    """Cancel the order. The write on its version settles who was first: this, or an assignment."""
    request = message.data
    reason = reason_of(request.reason, f"{request.by.role}_cancelled")
    after = cancel(order, request.by, reason, now)
    return None if after is None else cancelled(after)


def change_requested(
    order: Order, message: Message[OrderChangeRequested], now: datetime, *, area: Area
) -> Change[Order] | None:
    """Change drop-off, items or note: at once where it costs no more and needs no answer, else as a proposal.

    The proposal's id follows from the id of the request.
    """
    request = message.data
    items = None if request.items is None else tuple(request.items)
    proposal_id = f"pr-{derived_id(message.source, message.id)}"
    wanted = WantedChange(proposal_id, request.dropoff, items, request.note)
    after = changing.request_change(order, request.by, wanted, area, now)
    if after is None:
        return None
    waits = after.proposal is not None and after.proposal != order.proposal
    events = proposed(after) if waits else changed(after, order)
    reason = "change_proposed" if waits else "changed"
    return Change(after, events, Entry(after.status, f"{request.by.role}:{request.by.id}", reason))


def change_answered(
    order: Order, message: Message[OrderChangeAnswered], now: datetime
) -> Change[Order] | None:
    """Accept or refuse a proposal.

    Refusing what the kitchen cannot do without ends the order free of charge.
    """
    said = message.data
    after = changing.answer_proposal(order, said.by, said.proposal_id, now, accepted=said.accepted)
    return answered(after, order, f"{said.by.role}:{said.by.id}", accepted=said.accepted)


def code_requested(
    order: Order, message: Message[OrderCodeRequested], _now: datetime
) -> Change[Order] | None:
    """Issue the recipient's next code.

    The old one is void at once; their number is limited against guessing.
    """
    by = message.data.by
    require_party(order, by)
    after = new_code(order)
    return Change(
        after, announce.code_issued(after), Entry(after.status, f"{by.role}:{by.id}", "code_issued")
    )


def answered(after: Order, before: Order, by: str, *, accepted: bool) -> Change[Order]:
    """The change that an answered or lapsed proposal leads to: done, dropped, or the end of the order."""
    if after.ended:
        ending = announce.ending(after)
        event = announce.of(OrderCancelled, after, by=ending.by, reason=ending.reason, fee=ending.fee)
        return Change(after, (event, *announce.receipt(after)), Entry(after.status, by, ending.reason))
    if not accepted and before.proposal is not None:
        refused = announce.of(OrderChangeRefused, after, proposal_id=before.proposal.proposal_id)
        return Change(after, (refused,), Entry(after.status, by, "change_refused"))
    return Change(after, changed(after, before), Entry(after.status, by, "changed"))
