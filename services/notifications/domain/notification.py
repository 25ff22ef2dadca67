"""A notification's life: claimed under a lease, sent once, tried again, by another way, overtaken, or given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.notifications.domain.attempts import NO_CHANNEL, Attempt, Cause, Outcome, Result, Status
from services.notifications.domain.audience.table import ORDER_OF_CHANNELS, Row, Urgency, row_of
from services.notifications.domain.channels.contact import contact_id
from services.notifications.domain.retry_policy import Plan

NO_CONTACT, ADDRESS_REFUSED, CHANNEL_UNAVAILABLE = "no_contact", "address_refused", "channel_unavailable"
SUPERSEDED, TOO_LATE = "superseded", "too_late"
REASON_OF = {Result.REFUSED: ADDRESS_REFUSED, Result.UNAVAILABLE: CHANNEL_UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Notification:
    """One event, one recipient. `claims` tells one claim from the next; `due` is None when it has ended.

    `role`: the audience; `roles`: under which roles the contact may be known, when not under this one. `doubts`: how often
    somebody may have been told without our knowing it (a lost answer, a holder that died).
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
    doubts: int = 0

    @property
    def contact_ids(self) -> tuple[str, ...]:
        """Whose address is asked for when it is sent: the first that is known."""
        return tuple(contact_id(role, self.recipient_id) for role in self.roles or (self.role,))

    @property
    def thread(self) -> str:
        """All that this person is told of this order."""
        return f"{self.cause.order_id}|{self.role}|{self.recipient_id}"

    @property
    def row(self) -> Row:
        """How it is told; what an earlier version told and this one does not is told as something normal."""
        known = row_of(self.cause.type, self.role)
        return known or Row(self.template, Urgency.NORMAL, ORDER_OF_CHANNELS[Urgency.NORMAL])

    @property
    def ended(self) -> bool:
        """Nothing more will happen to it."""
        return self.status in {Status.SENT, Status.FAILED}

    def failures(self, kind: str) -> int:
        """Attempts that this channel did not take, trials for everybody left out."""
        return sum(
            a.result is Result.UNAVAILABLE and a.channel == kind and not a.trial for a in self.attempts
        )

    def spent(self, plan: Plan) -> frozenset[str]:
        """Channels that have failed so often that another one should be tried."""
        return frozenset(
            kind for kind in {a.channel for a in self.attempts} if self.failures(kind) >= plan.limit_of(kind)
        )

    def hopeless(self, plan: Plan) -> frozenset[str]:
        """Channels that have failed as often as we ever try, also where there is no other."""
        return frozenset(
            kind for kind in {a.channel for a in self.attempts} if self.failures(kind) >= plan.failures
        )

    def is_due(self, now: datetime) -> bool:
        """Whether somebody has to look after it: it waits no longer, or whoever had claimed it is gone."""
        return self.due is not None and self.due <= now

    def is_useless(self, now: datetime, plan: Plan) -> bool:
        """Whether it is no longer worth telling."""
        return now >= self.created_at + plan.useful_for(self.row.urgency)

    def postponed(self, until: datetime) -> Notification:
        """Not now: whoever looks then may claim it. If somebody held it, he is gone and may have sent it."""
        return replace(self, status=Status.PENDING, due=until, doubts=self._doubts_of_a_lost_claim)

    def claimed(self, now: datetime, plan: Plan) -> Notification:
        """Ours alone until the lease ends; given up after too many claims."""
        if self.claims >= plan.claims:
            return self.given_up(CHANNEL_UNAVAILABLE)
        taken = replace(self, status=Status.SENDING, due=now + plan.lease, claims=self.claims + 1)
        return replace(taken, doubts=self._doubts_of_a_lost_claim)

    def renewed(self, now: datetime, plan: Plan) -> Notification:
        """The same claim with a whole lease before it."""
        return replace(self, due=now + plan.lease)

    def holds(self, claim: Notification) -> bool:
        """Whether `claim` is still the valid one."""
        return self.status is Status.SENDING and self.claims == claim.claims

    def given_up(self, reason: str) -> Notification:
        """It will not be told."""
        return replace(self, status=Status.FAILED, due=None, reason=reason)

    def settled(self, outcome: Outcome, now: datetime, plan: Plan, jitter: float) -> Notification:
        """What the outcome makes of it."""
        if outcome.result is Result.NO_CONTACT:
            return self._without_contact(now, plan)
        if outcome.result is Result.EXHAUSTED:
            last = self.attempts[-1].result if self.attempts else Result.UNAVAILABLE
            return self.given_up(REASON_OF.get(last, CHANNEL_UNAVAILABLE))
        attempt = Attempt(
            now,
            outcome.channel,
            outcome.result,
            outcome.skipped,
            outcome.detail,
            outcome.doubtful,
            outcome.trial,
        )
        tried = replace(
            self,
            attempts=(*self.attempts, attempt),
            channel=outcome.channel,
            doubts=self.doubts + outcome.doubtful,
        )
        if outcome.result is Result.SENT:
            return replace(tried, status=Status.SENT, due=None)
        return tried.after_failure(outcome, now, plan, jitter)

    def after_failure(self, outcome: Outcome, now: datetime, plan: Plan, jitter: float) -> Notification:
        """Again by the same channel, else at once by another one, else not at all."""
        failures = max(self.failures(outcome.channel), 1)
        limit = plan.limit_of(outcome.channel) if outcome.others else plan.failures
        if outcome.result is Result.UNAVAILABLE and failures < limit:
            wait = max(plan.wait_after(failures, jitter), outcome.retry_after or plan.wait_after(1, 1))
            return replace(self, status=Status.PENDING, due=now + wait)
        if outcome.others:
            return replace(self, status=Status.PENDING, due=now)
        return self.given_up(REASON_OF[outcome.result])

    @property
    def _doubts_of_a_lost_claim(self) -> int:
        return self.doubts + (self.status is Status.SENDING)

    def _without_contact(self, now: datetime, plan: Plan) -> Notification:
        """Wait as long again as it has waited already, up to the plan's end."""
        end = self.created_at + plan.contact_wait
        if now >= end:
            return self.given_up(NO_CONTACT)
        again = now + max(plan.contact_poll, now - self.created_at)
        return replace(self, status=Status.PENDING, due=min(again, end))
