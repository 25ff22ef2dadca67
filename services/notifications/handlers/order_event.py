"""`order.*`: whoever the event wants to be told of it gets one notification."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from contracts.events.orders import OrderEvent
from contracts.message import Message
from services.notifications.domain.told import CUSTOMER, DRIVER, is_told
from services.notifications.handlers.opening import Opening
from services.notifications.handlers.parameters import parameters_of


@dataclass(frozen=True, slots=True)
class OnOrderEvent:
    """Each recipient's notification is an aggregate of its own: repeated, none is written twice."""

    opening: Opening

    async def __call__(self, message: Message[OrderEvent]) -> None:
        """Open them all."""
        event = message.data
        told = list(_recipients(message))
        parameters = parameters_of(event) if told else {}
        await asyncio.gather(*(self.opening.open(message, role, who, event.order_id, parameters) for role, who in told))


def _recipients(message: Message[OrderEvent]) -> Iterator[tuple[str, str]]:
    """(role, id) of those who are to be told, can be named, and for whom there is a text."""
    event = message.data
    known = {CUSTOMER: event.customer.id, DRIVER: event.driver_id}
    for audience in dict.fromkeys(map(str, event.tell)):
        recipient_id = known.get(audience)
        if recipient_id is not None and is_told(message.type, audience):
            yield audience, recipient_id
