"""What comes in late about somebody who was erased meanwhile: a redelivery, a replay, a queue that had to wait.

What was said up to the erasure is of the person who was erased. What was said after it is of somebody new, who has registered
again: `order.requested.v1` with a later time is his consent. A late order is carried out like one that was running at the
erasure, and blanked at its end.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.events.recipients import RecipientErased
from contracts.message import derived_id
from contracts.requests.orders import OrderRequested
from contracts.values import Role
from services.orders.domain.payment.budget import Beneficiary
from services.orders.domain.payment.budget import erased as without_word
from services.orders.handlers.purses import beneficiary_key
from services.orders.ports import Context
from services.runtime.change import Cause, Change, Entry
from services.runtime.clock import Clock

SOURCE = "/gancang/orders/erasure"
REASON = "recipient_erased"
# An order that is younger when it is taken in is found when the erasure is looked up again: no read for each order.
IN_TIME = timedelta(minutes=5)


async def note_late_order(context: Context, request: OrderRequested, said_at: datetime) -> None:
    """After the order was written: whoever writes an erasure down then finds the order, or is found here."""
    if context.clock.now() - said_at <= IN_TIME:
        return
    parties = {Role.CUSTOMER: request.customer.id}
    if request.recipient is not None:
        parties[Role.RECIPIENT] = request.recipient.id
    if request.pickup.merchant_id is not None:
        parties[Role.MERCHANT] = request.pickup.merchant_id
    for erased in await context.erasures.of(parties, said_at):
        await context.erasures.wait_for(erased, [request.order_id])


async def forget_late_word(context: Context, programme_id: str, customer_id: str, said_at: datetime) -> None:
    """The same for an agency's word about a beneficiary."""
    for erased in await context.erasures.of(
        {Role.CUSTOMER: customer_id, Role.RECIPIENT: customer_id}, said_at
    ):
        await forget_beneficiary(context, beneficiary_key(programme_id, customer_id), erased)


async def forget_beneficiary(context: Context, key: str, erased: RecipientErased) -> None:
    """No programme pays for this person any more."""

    def decide(known: Beneficiary | None) -> Change[Beneficiary] | None:
        left = None if known is None else without_word(known, erased.at)
        return (
            None
            if left is None
            else Change(left, entry=Entry("erased", "system", REASON), clear_digests=True)
        )

    await context.beneficiaries.change(
        key, cause_of_erasure("beneficiary", key, erased, context.clock), decide
    )


def cause_of_erasure(kind: str, about: str, erased: RecipientErased, clock: Clock) -> Cause:
    """Why something is blanked. The state tells whether it is done, so it need not be remembered."""
    return Cause(
        SOURCE,
        derived_id("erasure", kind, about, erased.role, erased.recipient_id),
        clock.now(),
        remembered=False,
    )
