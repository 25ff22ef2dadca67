"""`emergency.raised.v1`: the people on duty are told at once, and the driver that his call was heard."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from contracts.events.emergencies import EmergencyRaised
from contracts.message import Message
from services.notifications.domain.told import DRIVER, OPERATOR
from services.notifications.handlers.addressees import Addressee
from services.notifications.handlers.opening import Opening
from services.notifications.handlers.parameters import parameters_of_emergency


@dataclass(frozen=True, slots=True)
class OnEmergencyRaised:
    """`on_duty`: recipients with the role operator. Where help is needed stands in no letter."""

    opening: Opening
    on_duty: tuple[str, ...]

    async def __call__(self, message: Message[EmergencyRaised]) -> None:
        """Each recipient's notification is an aggregate of its own: repeated, none is written twice."""
        said = message.data
        told = [Addressee(OPERATOR, recipient, (OPERATOR,)) for recipient in self.on_duty]
        if said.driver_id is not None and said.raised_by.value == DRIVER:
            told.append(Addressee(DRIVER, said.driver_id, (DRIVER,)))
        about = said.order_id or said.emergency_id
        await asyncio.gather(*(self.opening.open(message, who, about, parameters_of_emergency(said)) for who in told))
