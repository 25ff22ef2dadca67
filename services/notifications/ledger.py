"""The one place that saves a notification's steps: opened, claimed, renewed, settled.

Every step is a conditional save, so two processes never hold the same claim.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from contracts.events.notifications import NotificationFailed, NotificationSent
from contracts.values import Value
from services.notifications.domain.notification import Notification, Outcome, Result, Status
from services.notifications.domain.retries import Plan
from services.notifications.ports import Store
from services.runtime.aggregates import Change, Entry
from services.runtime.clock import Clock
from services.runtime.outbox import Cause

SOURCE = "/gancang/notifications"
# Under this source nothing collides with the event itself, which the notification remembers as seen.
OWN_STEP = "/gancang/notifications/step"

Step = Callable[[Notification], Notification | None]


@dataclass(frozen=True, slots=True)
class Ledger:
    """All notifications, as their steps see them."""

    notifications: Store[Notification]
    clock: Clock
    plan: Plan

    async def open(self, fresh: Notification, cause: Cause, *, claim: bool) -> Notification | None:
        """Save a new one, claimed or waiting for room; None the second time for one event and recipient."""
        now = self.clock.now()
        opened = fresh.claimed(now, self.plan) if claim else fresh.postponed(now)

        def decide(known: Notification | None) -> Change[Notification] | None:
            return None if known is not None else _change(opened)

        return opened if await self.notifications.change(fresh.id, cause, decide, expect_new=True) else None

    async def claim_due(self, notification_id: str) -> Notification | None:
        """Claim it if it is due; None when there is nothing to send (somebody else was first, or it was given up)."""
        now = self.clock.now()

        def claim(known: Notification) -> Notification | None:
            return known.claimed(now, self.plan) if known.is_due(now) else None

        stored = await self.notifications.get(notification_id)
        if stored is None:
            return None
        claimed = await self._step(stored.state, claim)
        return claimed if claimed is not None and claimed.status is Status.SENDING else None

    async def renew(self, claimed: Notification) -> Notification | None:
        """The claim with a whole lease before it; None when it is no longer ours."""
        now = self.clock.now()

        def renew(known: Notification) -> Notification | None:
            return known.renewed(now, self.plan) if known.holds(claimed) else None

        return await self._step(claimed, renew)

    async def settle(self, claimed: Notification, outcome: Outcome) -> Notification | None:
        """Save what came of it. What was sent counts even if the claim has gone to somebody else meanwhile."""
        now = self.clock.now()
        jitter = random.random()  # noqa: S311  scatters retries, protects nothing

        def settle(known: Notification) -> Notification | None:
            if known.ended or not (known.holds(claimed) or outcome.result is Result.SENT):
                return None
            return known.settled(outcome, now, self.plan, jitter)

        return await self._step(claimed, settle)

    async def _step(self, notification: Notification, step: Step) -> Notification | None:
        """Read again, step, save; None when the step does not want to."""
        event = notification.cause
        cause = Cause(OWN_STEP, event.id, self.clock.now(), "", event.order_id, event.traceparent, remembered=False)
        written: list[Notification] = []

        def decide(known: Notification | None) -> Change[Notification] | None:
            stepped = None if known is None else step(known)
            written[:] = [] if stepped is None else [stepped]
            return None if stepped is None else _change(stepped)

        return written[0] if await self.notifications.change(notification.id, cause, decide) else None


def _change(notification: Notification) -> Change[Notification]:
    entry = Entry(notification.status.value, "system", notification.reason)
    return Change(notification, events=_events(notification), entry=entry)


def _events(notification: Notification) -> Sequence[Value]:
    if not notification.ended:
        return ()
    sent = NotificationSent(
        notification_id=notification.id,
        recipient_id=notification.recipient_id,
        channel=notification.channel,
        cause=notification.cause.id,
        template=notification.template,
    )
    if notification.reason is None:
        return (sent,)
    return (NotificationFailed(**sent.model_dump(), reason=notification.reason),)
