"""Opens a notification: plans and saves it, and hands it to its channel's worker pool if a slot is free."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.message import Message, derived_id
from services.notifications.domain.attempts import SourceEvent
from services.notifications.domain.audience.table import ALARM_ROWS, row_of
from services.notifications.domain.notification import SUPERSEDED, Notification
from services.notifications.sending.addressees import Addressee
from services.notifications.sending.channel_pools import ChannelPools
from services.notifications.sending.notification_store import NotificationStore
from services.notifications.sending.parameters import Parameters
from services.notifications.sending.planner import Planner, SendPlan
from services.runtime.change import cause_of

LATE = timedelta(seconds=10)
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Opener:
    """The first save claims the notification for this process.

    The message is acknowledged then; the letter goes out later.
    """

    store: NotificationStore
    planner: Planner
    pools: ChannelPools

    async def open_all(
        self, message: Message[Any], people: Sequence[Addressee], order_id: str, parameters: Parameters
    ) -> None:
        """Open one notification for each addressee, up to `AT_ONCE` together.

        A repeated message opens none again.

        Raises `DatabaseAway`.
        """
        if len(people) == 1:  # a task costs as much as planning
            await self._open(message, people[0], order_id, parameters)
            return
        for start in range(0, len(people), AT_ONCE):
            together = people[start : start + AT_ONCE]
            await asyncio.gather(*(self._open(message, who, order_id, parameters) for who in together))

    async def _open(
        self, message: Message[Any], who: Addressee, order_id: str, parameters: Parameters
    ) -> None:
        new = self._notification(message, who, order_id, parameters)
        if new is None:
            return
        if await self._is_late(new, message.time):
            await self.store.open(new.given_up(SUPERSEDED), cause_of(message))
            return
        plan = await self.planner.plan(new)
        reserved = self.pools.reserve(plan)
        if reserved is None:
            await self.store.open(self.store.first_state(plan), cause_of(message))
        else:
            await self._send(reserved, message)

    def _notification(
        self, message: Message[Any], who: Addressee, order_id: str, parameters: Parameters
    ) -> Notification | None:
        row = row_of(message.type, who.audience)
        if row is None:
            return None
        # An alarm has no place among the order's events: no later state of the order supersedes it.
        sequence = None if message.type in ALARM_ROWS else message.sequence
        cause = SourceEvent(message.source, message.id, message.type, order_id, message.traceparent, sequence)
        return Notification(
            id=derived_id(message.source, message.id, who.audience, who.id),
            created_at=self.store.clock.now(),
            audience=who.audience,
            recipient_id=who.id,
            contact_roles=who.contact_roles,
            template=row.template,
            parameters=parameters,
            cause=cause,
        )

    async def _is_late(self, new: Notification, event_time: datetime) -> bool:
        """Whether a message that was delayed tells of a superseded state. A prompt one costs no read."""
        return new.created_at - event_time >= LATE and await self.store.is_superseded(new)

    async def _send(self, reserved: SendPlan, message: Message[Any]) -> None:
        claimed = self.store.claimed(reserved.notification)

        async def claim() -> Notification | None:
            return claimed if await self.store.open(claimed, cause_of(message)) else None

        await self.pools.claim_and_send(reserved, claim)
