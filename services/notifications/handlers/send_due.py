"""The timer of a notification: a retry, a wait for a contact, or a lease whose holder is gone."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications.domain.notification import Notification
from services.notifications.ledger import Ledger
from services.notifications.ports import Outbound


@dataclass(frozen=True, slots=True)
class SendDue:
    """Claims by conditional save: of two processes that see the same due time, one sends."""

    ledger: Ledger
    outbound: Outbound

    async def __call__(self, notification_id: str) -> None:
        """Waits for a place first: what is claimed is sent soon."""
        await self.outbound.reserve()
        claimed: Notification | None = None
        try:
            claimed = await self.ledger.claim_due(notification_id)
        finally:
            if claimed is None:
                self.outbound.release()
        if claimed is not None:
            self.outbound.send(claimed)
