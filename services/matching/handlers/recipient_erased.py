"""`recipient.erased.v1`: forget what matching knows of a driver, and make them no more offers.

Of customers, recipients and merchants there is nothing to forget: a search keeps their places as long as the
order does, while it is open or its driver rides; see `domain/searches/lifecycle.py`.
"""

from __future__ import annotations

from contracts.events.recipients import RecipientErased
from contracts.message import Message
from contracts.values import Role
from services.matching.domain.drivers.facts import erased
from services.matching.ports import Context
from services.matching.saving.changes import change_driver
from services.matching.saving.offers import withdraw_if_barred
from services.runtime.change import cause_of


async def recipient_erased(context: Context, message: Message[RecipientErased]) -> None:
    """Erase the driver, then withdraw their open offers.

    The driver finishes the live order; a reservation is lost when its time comes, and the order searches
    again.
    """
    said, cause = message.data, cause_of(message)
    if said.role is not Role.DRIVER:
        return
    await change_driver(
        context,
        said.recipient_id,
        cause,
        lambda driver: erased(driver, said.recipient_id, said.at),
        by="system",
        reason="recipient_erased",
        clear_digests=True,
    )
    await withdraw_if_barred(context, said.recipient_id, cause)
