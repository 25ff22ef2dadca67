"""A notification's life: claimed under a lease, sent once, retried, superseded, or given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.notifications.domain.attempts import NO_CHANNEL, Attempt, AttemptResult, Result, SourceEvent
from services.notifications.domain.audience.table import CHANNEL_ORDER, Row, Urgency, row_of
from services.notifications.domain.channels.contact import contact_id
from services.notifications.domain.lease import About, Leased, SendStatus
from services.notifications.domain.retry_policy import RetryPolicy

NO_CONTACT, ADDRESS_REFUSED, CHANNEL_UNAVAILABLE = "no_contact", "address_refused", "channel_unavailable"
SUPERSEDED, TOO_LATE = "superseded", "too_late"
REASON_OF = {Result.REFUSED: ADDRESS_REFUSED, Result.UNAVAILABLE: CHANNEL_UNAVAILABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification(Leased):
    """One event for one recipient. `claims` tells one claim from the next.

    `contact_roles`: the roles under which the contact may be registered, when it is not `audience`. `doubts`:
    how often the recipient may have been told without our knowing it (a lost answer, a holder that died).
    """

    audience: str
    recipient_id: str
    template: str
    parameters: Mapping[str, Any]
    cause: SourceEvent
    claims: int = 0
    channel: str = NO_CHANNEL
    attempts: tuple[Attempt, ...] = ()
    contact_roles: tuple[str, ...] = ()
    doubts: int = 0

    @property
    def about(self) -> About:
        """Whom and what it is about."""
        event = self.cause
        return About(
            self.recipient_id, self.channel, self.template, event.id, event.order_id, event.traceparent
        )

    @property
    def contact_ids(self) -> tuple[str, ...]:
        """Contacts to look up when it is sent; the first that exists is used."""
        return tuple(contact_id(role, self.recipient_id) for role in self.contact_roles or (self.audience,))

    @property
    def thread(self) -> str:
        """The key of everything that this recipient is told of this order."""
        return f"{self.cause.order_id}|{self.audience}|{self.recipient_id}"

    @property
    def row(self) -> Row:
        """Its row of the audience table; normal urgency if a newer version has dropped the row."""
        known = row_of(self.cause.type, self.audience)
        return known or Row(self.template, Urgency.NORMAL, CHANNEL_ORDER[Urgency.NORMAL])

    def failures(self, kind: str) -> int:
        """Failed attempts by this kind of channel, without probes."""
        return sum(
            a.result is Result.UNAVAILABLE and a.channel == kind and not a.probe for a in self.attempts
        )

    def spent(self, policy: RetryPolicy) -> frozenset[str]:
        """Kinds of channel that failed often enough to try another one."""
        kinds = {attempt.channel for attempt in self.attempts}
        return frozenset(kind for kind in kinds if self.failures(kind) >= policy.limit_of(kind))

    def exhausted(self, policy: RetryPolicy) -> frozenset[str]:
        """Kinds of channel that failed as often as is ever tried, even where there is no other."""
        kinds = {attempt.channel for attempt in self.attempts}
        return frozenset(kind for kind in kinds if self.failures(kind) >= policy.failures)

    def is_useless(self, now: datetime, policy: RetryPolicy) -> bool:
        """Whether it is too old to be worth telling."""
        return now >= self.created_at + policy.useful_for(self.row.urgency)

    def claimed(self, now: datetime, policy: RetryPolicy) -> Notification:
        """Claimed for one lease; given up after too many claims."""
        if self.claims >= policy.claims:
            return self.given_up(CHANNEL_UNAVAILABLE)
        return replace(
            self.leased(now + policy.lease), claims=self.claims + 1, doubts=self._doubts_after_lost_claim
        )

    def put_off(self, until: datetime) -> Notification:
        """Free from then on. A holder whose lease ended is gone and may have sent it: that is a doubt."""
        return replace(self.postponed(until), doubts=self._doubts_after_lost_claim)

    def renewed(self, now: datetime, policy: RetryPolicy) -> Notification:
        """The same claim with a full lease."""
        return self.leased(now + policy.lease)

    def holds(self, claim: Notification) -> bool:
        """Whether `claim` is still the valid claim."""
        return self.status is SendStatus.SENDING and self.claims == claim.claims

    def settled(
        self, attempted: AttemptResult, now: datetime, policy: RetryPolicy, jitter: float
    ) -> Notification:
        """The state after an attempt. `jitter`: between 0 and 1, shortens the wait."""
        if attempted.result is Result.NO_CONTACT:
            return self._without_contact(now, policy)
        if attempted.result is Result.EXHAUSTED:
            last = self.attempts[-1].result if self.attempts else Result.UNAVAILABLE
            return self.given_up(REASON_OF.get(last, CHANNEL_UNAVAILABLE))
        tried = replace(
            self,
            attempts=(*self.attempts, attempted.at(now)),
            channel=attempted.channel,
            doubts=self.doubts + attempted.doubtful,
        )
        if attempted.result is Result.SENT:
            return tried.sent()
        return tried.after_failure(attempted, now, policy, jitter)

    def after_failure(
        self, attempted: AttemptResult, now: datetime, policy: RetryPolicy, jitter: float
    ) -> Notification:
        """Retry by the same channel, else at once by another one, else give up."""
        failures = max(self.failures(attempted.channel), 1)
        limit = policy.limit_of(attempted.channel) if attempted.alternative else policy.failures
        if attempted.result is Result.UNAVAILABLE and failures < limit:
            least = attempted.retry_after or policy.wait_after(1, 1)
            return self.postponed(now + max(policy.wait_after(failures, jitter), least))
        if attempted.alternative:
            return self.postponed(now)
        return self.given_up(REASON_OF[attempted.result])

    def _without_contact(self, now: datetime, policy: RetryPolicy) -> Notification:
        """Wait as long again as it has waited already, up to the policy's limit."""
        end = self.created_at + policy.contact_wait
        if now >= end:
            return self.given_up(NO_CONTACT)
        again = now + max(policy.contact_poll, now - self.created_at)
        return self.postponed(min(again, end))

    @property
    def _doubts_after_lost_claim(self) -> int:
        return self.doubts + (self.status is SendStatus.SENDING)
