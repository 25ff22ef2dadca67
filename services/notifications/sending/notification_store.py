"""Saves what becomes of a notification: opened, claimed, renewed, put off, settled, given up."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.attempts import AttemptResult, Result
from services.notifications.domain.audience.superseding import is_superseded
from services.notifications.domain.lease import SendStatus
from services.notifications.domain.notification import Notification
from services.notifications.domain.retry_policy import SPREAD, RetryPolicy
from services.notifications.ports import LaterNotifications
from services.notifications.sending.leased_store import LeasedStore
from services.notifications.sending.planner import SendPlan

OWN_SOURCE = "/gancang/notifications/step"


@dataclass(frozen=True, slots=True)
class NotificationStore(LeasedStore[Notification]):
    """All notifications."""

    policy: RetryPolicy
    later: LaterNotifications

    def first_state(self, plan: SendPlan) -> Notification:
        """The first state of a notification that is not sent at once: it waits, or cannot be told."""
        new = plan.notification
        if plan.verdict is not None:
            return new.settled(plan.verdict, self.clock.now(), self.policy, _jitter())
        return new.put_off(plan.wait_until or self.busy_until(new))

    def claimed(self, new: Notification) -> Notification:
        """The first state of a notification that this process sends at once."""
        return new.claimed(self.clock.now(), self.policy)

    def busy_until(self, waiting: Notification) -> datetime:
        """When to look again for a slot in a full worker pool."""
        now = self.clock.now()
        return now + self.policy.busy_after(now - waiting.created_at, _jitter())

    async def is_superseded(self, notification: Notification) -> bool:
        """Whether the same person is told of a later state of the same order. Raises `DatabaseAway`."""
        return is_superseded(notification.template, await self.later.templates_after(notification))

    async def claim(self, due: Notification) -> Notification | None:
        """Claim what is due; None if another process was first, or it was given up after too many claims."""
        now = self.clock.now()
        claimed = await self.apply_if_due(due, lambda known: known.claimed(now, self.policy))
        return claimed if claimed is not None and claimed.status is SendStatus.SENDING else None

    async def put_off(self, due: Notification, until: datetime) -> None:
        """Look again then, scattered so that not all come back at one instant."""
        now = self.clock.now()
        scattered = until + (until - now) * SPREAD * _jitter() if until > now else until
        await self.apply_if_due(due, lambda known: known.put_off(scattered))

    async def give_up(self, due: Notification, reason: str) -> None:
        """End it without telling it, if it is due or `due` holds it."""
        now = self.clock.now()
        await self.apply(
            due, lambda known: known.given_up(reason) if known.is_due(now) or known.holds(due) else None
        )

    async def conclude(self, due: Notification, verdict: AttemptResult) -> None:
        """Save a result that is known without an attempt."""
        await self.apply_if_due(due, self._settled(verdict))

    async def renew(self, claim: Notification) -> Notification | None:
        """The claim with a full lease; None if another process holds it now."""
        now = self.clock.now()
        return await self.apply(
            claim, lambda known: known.renewed(now, self.policy) if known.holds(claim) else None
        )

    async def settle(self, claim: Notification, attempted: AttemptResult) -> Notification | None:
        """Save the result of an attempt; None if it is too late.

        What was sent counts even if the claim was lost.
        """
        settled = self._settled(attempted)

        def transition(known: Notification) -> Notification | None:
            counts = known.holds(claim) or attempted.result is Result.SENT
            return settled(known) if counts and not known.ended else None

        return await self.apply(claim, transition)

    def _settled(self, attempted: AttemptResult) -> Callable[[Notification], Notification]:
        now, jitter = self.clock.now(), _jitter()
        return lambda known: known.settled(attempted, now, self.policy, jitter)


def _jitter() -> float:
    return random.random()  # noqa: S311  scatters retries, protects nothing
