"""`order.*`: whoever the event wants to be told of it gets one notification."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.events.orders import OrderEvent
from contracts.message import Message
from services.notifications.sending.addressees import addressees
from services.notifications.sending.opener import Opening
from services.notifications.sending.parameters import parameters_of


@dataclass(frozen=True, slots=True)
class OnOrderEvent:
    """`on_duty`: who is told where the event wants operators to be told."""

    opening: Opening
    on_duty: tuple[str, ...]

    async def __call__(self, message: Message[OrderEvent]) -> None:
        """Open them all."""
        event = message.data
        told = list(addressees(message.type, event, self.on_duty))
        parameters = parameters_of(event) if told else {}
        await self.opening.open_all(message, told, event.order_id, parameters)
