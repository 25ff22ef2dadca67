"""Opens a notification: finds out how it can be told, saves it, and hands it to its lane where there is room."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from contracts.message import Message, derived_id
from services.notifications.domain.attempts import Cause
from services.notifications.domain.audience.superseding import is_overtaken
from services.notifications.domain.audience.table import ALARMS, row_of
from services.notifications.domain.notification import SUPERSEDED, Notification
from services.notifications.ports import Later, Outbound, Planned, Planner
from services.notifications.sending.addressees import Addressee
from services.notifications.sending.notification_store import Ledger
from services.runtime.change import cause_of
from services.runtime.clock import Clock

LATE = timedelta(seconds=10)
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Opening:
    """The first save claims the notification for this process; it is acknowledged then, and sent afterwards."""

    ledger: Ledger
    planner: Planner
    outbound: Outbound
    later: Later
    clock: Clock

    async def open_all(
        self, message: Message[Any], people: Sequence[Addressee], order_id: str, parameters: dict[str, Any]
    ) -> None:
        """Everybody, a bounded number at a time; each notification is an aggregate of its own: repeated, none is written twice."""
        if len(people) == 1:  # a task costs as much as planning
            await self.open(message, people[0], order_id, parameters)
            return
        for start in range(0, len(people), AT_ONCE):
            together = people[start : start + AT_ONCE]
            await asyncio.gather(*(self.open(message, who, order_id, parameters) for who in together))

    async def open(
        self, message: Message[Any], who: Addressee, order_id: str, parameters: dict[str, Any]
    ) -> None:
        """One event, one recipient: repeated, it is not written twice."""
        row = row_of(message.type, who.audience)
        if row is None:
            return
        fresh = Notification(
            id=derived_id(message.source, message.id, who.audience, who.id),
            role=who.audience,
            recipient_id=who.id,
            roles=who.roles,
            template=row.template,
            parameters=parameters,
            cause=Cause(
                message.source, message.id, message.type, order_id, message.traceparent, _place(message)
            ),
            created_at=self.clock.now(),
        )
        if await self._comes_too_late(fresh, message.time):
            await self.ledger.open(fresh.given_up(SUPERSEDED), cause_of(message))
            return
        await self._open(await self.planner.plan(fresh), message)

    async def _comes_too_late(self, fresh: Notification, event_time: datetime) -> bool:
        """A message that lay somewhere may tell of a state that is long over; a prompt one is never asked about."""
        if fresh.created_at - event_time < LATE:
            return False
        return is_overtaken(fresh.template, await self.later.templates_after(fresh))

    async def _open(self, planned: Planned, message: Message[Any]) -> None:
        placed = self.outbound.reserve(planned)
        if placed is None:
            await self.ledger.open(self.ledger.first_state(planned), cause_of(message))
            return
        opened = False
        try:
            claimed = self.ledger.claimed(placed.notification)
            opened = await self.ledger.open(claimed, cause_of(message))
        finally:
            if not opened:
                self.outbound.release(placed)
        if opened:
            self.outbound.send(replace(placed, notification=claimed))


def _place(message: Message[Any]) -> int | None:
    """Its place among the events of the order; an alarm has none there, and no later state of the order overtakes it."""
    return None if message.type in ALARMS else message.sequence
