"""The timer of a notification: a retry, another channel, a wait that is over, or a lease whose holder is gone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.notifications.domain.audience.superseding import is_overtaken
from services.notifications.domain.notification import SUPERSEDED, TOO_LATE, Notification
from services.notifications.ports import Later, Outbound, Planned, Planner
from services.notifications.sending.notification_store import Ledger
from services.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class SendDue:
    """Claims by conditional save: of two processes that see the same due time, one sends. Never waits for a lane."""

    ledger: Ledger
    planner: Planner
    outbound: Outbound
    later: Later
    clock: Clock

    async def __call__(self, notification_id: str) -> None:
        """What has waited is told only if it is still true and still useful."""
        due = await self.ledger.due(notification_id)
        if due is None:
            return
        if await self.overtaken(due):
            await self.ledger.give_up(due, SUPERSEDED)
        elif due.is_useless(self.clock.now(), self.ledger.plan):
            await self.ledger.give_up(due, TOO_LATE)
        else:
            await self._tell(await self.planner.plan(due))

    async def overtaken(self, notification: Notification) -> bool:
        """Whether the same person is told of a later state of the same order."""
        return is_overtaken(notification.template, await self.later.templates_after(notification))

    async def _tell(self, planned: Planned) -> None:
        due = planned.notification
        if planned.verdict is not None:
            await self.ledger.conclude(due, planned.verdict)
        elif planned.wait_until is not None:
            await self.ledger.put_off(due, planned.wait_until)
        elif (placed := self.outbound.reserve(planned)) is not None:
            await self._send(placed)
        else:
            await self.ledger.put_off(due, self.ledger.busy_until(due))

    async def _send(self, placed: Planned) -> None:
        claimed: Notification | None = None
        try:
            claimed = await self.ledger.claim(placed.notification)
        finally:
            if claimed is None:
                self.outbound.release(placed)
        if claimed is not None:
            self.outbound.send(replace(placed, notification=claimed))
