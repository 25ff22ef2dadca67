"""Opens a notification and hands it to the sender where there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts.message import Message, derived_id
from services.notifications.domain.notification import Cause, Notification
from services.notifications.domain.told import row_of
from services.notifications.handlers.addressees import Addressee
from services.notifications.ledger import Ledger
from services.notifications.ports import Outbound
from services.runtime.aggregates import cause_of
from services.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class Opening:
    """The first save claims the notification for this process; it is acknowledged then, and sent afterwards."""

    ledger: Ledger
    outbound: Outbound
    clock: Clock

    async def open(self, message: Message[Any], who: Addressee, order_id: str, parameters: dict[str, Any]) -> None:
        """One event, one recipient: repeated, it is not written twice."""
        row = row_of(message.type, who.audience)
        if row is None:
            return
        has_place = await self.outbound.reserve_now()
        claimed: Notification | None = None
        try:
            fresh = Notification(
                id=derived_id(message.source, message.id, who.audience, who.id),
                role=who.audience,
                recipient_id=who.id,
                roles=who.roles,
                template=row.template,
                parameters=parameters,
                cause=Cause(message.source, message.id, message.type, order_id, message.traceparent),
                created_at=self.clock.now(),
            )
            claimed = await self.ledger.open(fresh, cause_of(message), claim=has_place)
        finally:
            if has_place and claimed is None:
                self.outbound.release()
        if has_place and claimed is not None:
            self.outbound.send(claimed)
