"""`recipient.erased.v1`: what matching knows of a driver is forgotten, and he is asked no more.

Of customers, recipients and merchants there is nothing to forget: a search keeps their places while it is open or its driver
rides, as the order does, and no longer; see `domain/searching.py`.
"""

from __future__ import annotations

from contracts.events.recipients import RecipientErased
from contracts.message import Message
from contracts.values import Role
from services.matching.domain.drivers.driver import Driver, erased
from services.matching.ports import Context
from services.matching.saving.changes import change_driver
from services.matching.saving.withdrawing import withdraw_where_barred
from services.runtime.change import cause_of

REASON = "recipient_erased"


class RecipientErasedHandler:
    """The order that he drives is driven to its end; one booked ahead is searched anew when its time comes."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[RecipientErased]) -> None:
        """Blank the driver, then take back what he is asked."""
        said, cause = message.data, cause_of(message)
        if said.role is not Role.DRIVER:
            return

        def decide(driver: Driver | None) -> Driver | None:
            return erased(driver, said.recipient_id, said.at)

        await change_driver(
            self._context, said.recipient_id, cause, decide, by="system", reason=REASON, clear_digests=True
        )
        await withdraw_where_barred(self._context, said.recipient_id, cause)
