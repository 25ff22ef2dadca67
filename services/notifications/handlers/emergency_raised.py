"""`emergency.raised.v1`: the people on duty are told at once, and whoever called that his call was heard.

Nobody else: to tell the driver that his passenger called for help, or the other way round, could be the end of him.
"""

from __future__ import annotations

from dataclasses import dataclass

from contracts.events.emergencies import EmergencyRaised
from contracts.message import Message
from services.notifications.domain.audience.table import CUSTOMER, DRIVER, OPERATOR, RECIPIENT
from services.notifications.sending.addressees import Addressee
from services.notifications.sending.opener import Opening
from services.notifications.sending.parameters import parameters_of

CALLERS = {DRIVER: (DRIVER,), CUSTOMER: (CUSTOMER,), RECIPIENT: (RECIPIENT, CUSTOMER)}
"""Who is told that his call was heard, and under which roles his contact may be known."""


@dataclass(frozen=True, slots=True)
class OnEmergencyRaised:
    """`on_duty`: recipients with the role operator. Where help is needed stands in no letter."""

    opening: Opening
    on_duty: tuple[str, ...]

    async def __call__(self, message: Message[EmergencyRaised]) -> None:
        """Tell them all."""
        said = message.data
        told = [Addressee(OPERATOR, recipient, (OPERATOR,)) for recipient in self.on_duty]
        caller = said.raised_by_id or said.driver_id
        if caller is not None and said.raised_by.value in CALLERS:
            told.append(Addressee(said.raised_by.value, caller, CALLERS[said.raised_by.value]))
        about = said.order_id or said.emergency_id
        await self.opening.open_all(message, told, about, parameters_of(said))
