"""A notification's life: claimed under a lease, sent once, tried again, or given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.notifications.domain.contact import Skip, contact_id
from services.notifications.domain.retries import Plan

NO_CONTACT, ADDRESS_REFUSED, CHANNEL_UNAVAILABLE = "no_contact", "address_refused", "channel_unavailable"
NO_CHANNEL = "none"


class Status(StrEnum):
    """`pending` waits for its due time; `sending` is claimed until its due time."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Result(StrEnum):
    """How an attempt ended."""

    SENT = "sent"
    NO_CONTACT = "no_contact"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt. `detail` is a code for operators, never a server's text: that repeats addresses."""

    result: Result
    channel: str = NO_CHANNEL
    skipped: tuple[Skip, ...] = ()
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that ended while its process lived."""

    at: datetime
    channel: str
    result: Result
    skipped: tuple[Skip, ...] = ()
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """The event that is told."""

    source: str
    id: str
    type: str
    order_id: str
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """One event, one recipient. `claims` tells one claim from the next; `due` is None when it has ended.

    `role`: the audience; `roles`: under which roles the contact may be known, when not under this one.
    """

    id: str
    role: str
    recipient_id: str
    template: str
    parameters: Mapping[str, Any]
    cause: Cause
    created_at: datetime
    status: Status = Status.PENDING
    due: datetime | None = None
    claims: int = 0
    channel: str = NO_CHANNEL
    reason: str | None = None
    attempts: tuple[Attempt, ...] = field(default=())
    roles: tuple[str, ...] = ()

    @property
    def contact_ids(self) -> tuple[str, ...]:
        """Whose address is asked for when it is sent: the first that is known."""
        return tuple(contact_id(role, self.recipient_id) for role in self.roles or (self.role,))

    @property
    def ended(self) -> bool:
        """Nothing more will happen to it."""
        return self.status in {Status.SENT, Status.FAILED}

    @property
    def failures(self) -> int:
        """Attempts that no channel took."""
        return sum(attempt.result is Result.UNAVAILABLE for attempt in self.attempts)

    def is_due(self, now: datetime) -> bool:
        """Whether somebody has to look after it: it waits no longer, or whoever had claimed it is gone."""
        return self.due is not None and self.due <= now

    def postponed(self, now: datetime) -> Notification:
        """Nobody has room for it now: whoever has room first may claim it."""
        return replace(self, status=Status.PENDING, due=now)

    def claimed(self, now: datetime, plan: Plan) -> Notification:
        """Ours alone until the lease ends; given up after too many claims."""
        if self.claims >= plan.claims:
            return _failed(self, CHANNEL_UNAVAILABLE)
        return replace(self, status=Status.SENDING, due=now + plan.lease, claims=self.claims + 1)

    def renewed(self, now: datetime, plan: Plan) -> Notification:
        """The same claim with a whole lease before it."""
        return replace(self, due=now + plan.lease)

    def holds(self, claim: Notification) -> bool:
        """Whether `claim` is still the valid one."""
        return self.status is Status.SENDING and self.claims == claim.claims

    def settled(self, outcome: Outcome, now: datetime, plan: Plan, jitter: float) -> Notification:
        """What the outcome makes of it."""
        if outcome.result is Result.NO_CONTACT:
            return self._without_contact(now, plan)
        attempt = Attempt(now, outcome.channel, outcome.result, outcome.skipped, outcome.detail)
        tried = replace(self, attempts=(*self.attempts, attempt), channel=outcome.channel)
        if outcome.result is Result.SENT:
            return replace(tried, status=Status.SENT, due=None)
        if outcome.result is Result.REFUSED:
            return _failed(tried, ADDRESS_REFUSED)
        if tried.failures >= plan.failures:
            return _failed(tried, CHANNEL_UNAVAILABLE)
        return replace(tried, status=Status.PENDING, due=now + plan.wait_after(tried.failures, jitter))

    def _without_contact(self, now: datetime, plan: Plan) -> Notification:
        """Wait as long again as it has waited already, up to the plan's end."""
        end = self.created_at + plan.contact_wait
        if now >= end:
            return _failed(self, NO_CONTACT)
        again = now + max(plan.contact_poll, now - self.created_at)
        return replace(self, status=Status.PENDING, due=min(again, end))


def _failed(notification: Notification, reason: str) -> Notification:
    return replace(notification, status=Status.FAILED, due=None, reason=reason)
