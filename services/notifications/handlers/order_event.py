"""`order.*`: each person that the event names gets one notification."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.events.orders import OrderEvent
from contracts.message import Message
from services.notifications.sending.addressees import addressees
from services.notifications.sending.opener import Opener
from services.notifications.sending.parameters import parameters_of
from services.runtime.route import Handler


def on_order_event(opener: Opener, on_duty: Sequence[str]) -> Handler:
    """`on_duty`: the operators to tell where the event tells operators."""

    async def handle(message: Message[OrderEvent]) -> None:
        event = message.data
        people = list(addressees(message.type, event, on_duty))
        parameters = parameters_of(event) if people else {}
        await opener.open_all(message, people, event.order_id, parameters)

    return handle
