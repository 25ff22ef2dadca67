"""Late messages about an erased person: a redelivery, a replay, a queue that had to wait.

What was said up to the erasure belongs to the erased person. What was said after it belongs to a new one
who has registered again: ordering with a later time is their consent. A late order is carried out like one
that was running at the erasure, and blanked at its end.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.events.recipients import RecipientErased
from contracts.message import derived_id
from contracts.requests.orders import OrderRequested
from contracts.values import Role
from services.orders.domain.payment.budget import Beneficiary, without_attestation
from services.orders.handlers.payer_lookup import beneficiary_key
from services.orders.ports import Context
from services.runtime.change import Cause, Change, Entry
from services.runtime.clock import Clock

SOURCE = "/gancang/orders/erasure"
REASON = "recipient_erased"
# A younger order is found when the erasure is looked up again, so that no order costs a read for this.
IN_TIME = timedelta(minutes=5)


async def note_late_order(context: Context, request: OrderRequested, said_at: datetime) -> None:
    """Note an order of an erased person, after it was written: the erasure finds it, or it is found here."""
    if context.clock.now() - said_at <= IN_TIME:
        return
    parties = {Role.CUSTOMER: request.customer.id}
    if request.recipient is not None:
        parties[Role.RECIPIENT] = request.recipient.id
    if request.pickup.merchant_id is not None:
        parties[Role.MERCHANT] = request.pickup.merchant_id
    for erased in await context.erasures.covering(parties, said_at):
        await context.erasures.wait_for(erased, [request.order_id])


async def forget_late_attestation(
    context: Context, programme_id: str, customer_id: str, said_at: datetime
) -> None:
    """Forget an agency's attestation of a beneficiary who was erased after it was made."""
    parties = {Role.CUSTOMER: customer_id, Role.RECIPIENT: customer_id}
    for erased in await context.erasures.covering(parties, said_at):
        await forget_beneficiary(context, beneficiary_key(programme_id, customer_id), erased)


async def forget_beneficiary(context: Context, key: str, erased: RecipientErased) -> None:
    """Let no programme pay for this person any more."""

    def decide(known: Beneficiary | None) -> Change[Beneficiary] | None:
        left = None if known is None else without_attestation(known, erased.at)
        entry = Entry("erased", "system", REASON)
        return None if left is None else Change(left, entry=entry, clear_digests=True)

    cause = cause_of_erasure("beneficiary", key, erased, context.clock)
    await context.beneficiaries.change(key, cause, decide)


def cause_of_erasure(kind: str, about: str, erased: RecipientErased, clock: Clock) -> Cause:
    """The cause of blanking an aggregate. The state tells whether it is done, so it is not remembered."""
    message_id = derived_id("erasure", kind, about, erased.role, erased.recipient_id)
    return Cause(SOURCE, message_id, clock.now(), remembered=False)
