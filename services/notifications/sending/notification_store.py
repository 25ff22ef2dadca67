"""The one place that saves a notification's steps: opened, claimed, renewed, put off, settled.

Every step is a conditional save, so two processes never hold the same claim.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.events.notifications import NotificationFailed, NotificationSent
from contracts.values import Value
from services.notifications.domain.attempts import Outcome, Result, Status
from services.notifications.domain.notification import Notification
from services.notifications.domain.retry_policy import SPREAD, Plan
from services.notifications.ports import Planned
from services.runtime.change import Cause, Change, Entry, Store
from services.runtime.clock import Clock

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

    async def open(self, opened: Notification, cause: Cause) -> bool:
        """Save a new one in its first state; False the second time for one event and recipient."""

        def decide(known: Notification | None) -> Change[Notification] | None:
            return None if known is not None else _change(opened)

        return await self.notifications.change(opened.id, cause, decide, expect_new=True) is not None

    def first_state(self, planned: Planned) -> Notification:
        """Of one that is not sent at once: it waits, for a place or for its time, or nobody can be told."""
        fresh, now = planned.notification, self.clock.now()
        if planned.verdict is not None:
            return fresh.settled(planned.verdict, now, self.plan, _jitter())
        return fresh.postponed(planned.wait_until or self.busy_until(fresh))

    def claimed(self, fresh: Notification) -> Notification:
        """As it is when we hold it."""
        return fresh.claimed(self.clock.now(), self.plan)

    def busy_until(self, waiting: Notification) -> datetime:
        """When to look again for a place in a lane that is full."""
        now = self.clock.now()
        return now + self.plan.busy_after(now - waiting.created_at, _jitter())

    async def due(self, notification_id: str) -> Notification | None:
        """The notification, if somebody has to look after it."""
        stored = await self.notifications.get(notification_id)
        return stored.state if stored is not None and stored.state.is_due(self.clock.now()) else None

    async def claim(self, due: Notification) -> Notification | None:
        """Claim what is due; None when there is nothing to send (somebody else was first, or it was given up)."""
        now = self.clock.now()
        claimed = await self._step(
            due, lambda known: known.claimed(now, self.plan) if known.is_due(now) else None
        )
        return claimed if claimed is not None and claimed.status is Status.SENDING else None

    async def put_off(self, due: Notification, until: datetime) -> None:
        """Look again then; scattered, so that not all come back at one instant."""
        now = self.clock.now()
        scattered = until + (until - now) * SPREAD * _jitter() if until > now else until
        await self._step(due, lambda known: known.postponed(scattered) if known.is_due(now) else None)

    async def give_up(self, due: Notification, reason: str) -> None:
        """It is not told any more."""
        now = self.clock.now()
        await self._step(
            due, lambda known: known.given_up(reason) if known.is_due(now) or known.holds(due) else None
        )

    async def conclude(self, due: Notification, outcome: Outcome) -> None:
        """Save what is known without an attempt."""
        now = self.clock.now()
        await self._step(
            due,
            lambda known: known.settled(outcome, now, self.plan, _jitter()) if known.is_due(now) else None,
        )

    async def renew(self, claimed: Notification) -> Notification | None:
        """The claim with a whole lease before it; None when it is no longer ours."""
        now = self.clock.now()
        return await self._step(
            claimed, lambda known: known.renewed(now, self.plan) if known.holds(claimed) else None
        )

    async def settle(self, claimed: Notification, outcome: Outcome) -> Notification | None:
        """Save what came of it. What was sent counts even if the claim has gone to somebody else meanwhile."""
        now, jitter = self.clock.now(), _jitter()

        def settle(known: Notification) -> Notification | None:
            if known.ended or not (known.holds(claimed) or outcome.result is Result.SENT):
                return None
            return known.settled(outcome, now, self.plan, jitter)

        return await self._step(claimed, settle)

    async def _step(self, notification: Notification, step: Step) -> Notification | None:
        """Read again, step, save; None when the step does not want to."""
        event = notification.cause
        cause = Cause(
            OWN_STEP, event.id, self.clock.now(), "", event.order_id, event.traceparent, remembered=False
        )

        def decide(known: Notification | None) -> Change[Notification] | None:
            stepped = None if known is None else step(known)
            return None if stepped is None else _change(stepped)

        return await self.notifications.change(notification.id, cause, decide)


def _jitter() -> float:
    return random.random()  # noqa: S311  scatters retries, protects nothing


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
