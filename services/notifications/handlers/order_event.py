"""`order.*`: whoever the event wants to be told of it gets one notification."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from contracts.events.orders import OrderEvent
from contracts.message import Message, derived_id
from services.notifications.domain.notification import Cause, Notification
from services.notifications.domain.told import CUSTOMER, DRIVER, is_told, template_of
from services.notifications.handlers.parameters import parameters_of
from services.notifications.ledger import Ledger
from services.notifications.ports import Outbound
from services.runtime.aggregates import cause_of
from services.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class OnOrderEvent:
    """The first save claims the notification for this process; it is acknowledged then, and sent afterwards."""

    ledger: Ledger
    outbound: Outbound
    clock: Clock

    async def __call__(self, message: Message[OrderEvent]) -> None:
        """Each recipient's notification is an aggregate of its own: repeated, none is written twice."""
        await asyncio.gather(*(self._open(message, role, recipient) for role, recipient in _recipients(message)))

    async def _open(self, message: Message[OrderEvent], role: str, recipient_id: str) -> None:
        has_place = await self.outbound.reserve_now()
        claimed: Notification | None = None
        try:
            fresh = self._fresh(message, role, recipient_id)
            claimed = await self.ledger.open(fresh, cause_of(message), claim=has_place)
        finally:
            if has_place and claimed is None:
                self.outbound.release()
        if has_place and claimed is not None:
            self.outbound.send(claimed)

    def _fresh(self, message: Message[OrderEvent], role: str, recipient_id: str) -> Notification:
        return Notification(
            id=derived_id(message.source, message.id, role, recipient_id),
            role=role,
            recipient_id=recipient_id,
            template=template_of(message.type),
            parameters=parameters_of(message.data),
            cause=Cause(message.source, message.id, message.type, message.data.order_id, message.traceparent),
            created_at=self.clock.now(),
        )


def _recipients(message: Message[OrderEvent]) -> Iterator[tuple[str, str]]:
    """(role, id) of those who are to be told, can be named, and for whom there is a text."""
    event = message.data
    known = {CUSTOMER: event.customer.id, DRIVER: event.driver_id}
    for audience in dict.fromkeys(map(str, event.tell)):
        recipient_id = known.get(audience)
        if recipient_id is not None and is_told(message.type, audience):
            yield audience, recipient_id
