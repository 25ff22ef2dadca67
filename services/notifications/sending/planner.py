"""Plans how a notification can be told now: whose contact, by which channel, or when to look again."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.attempts import AttemptResult, Result
from services.notifications.domain.channels.choosing import Choice, Conditions, choose
from services.notifications.domain.channels.contact import Contact
from services.notifications.domain.channels.quiet_hours import QuietHours
from services.notifications.domain.channels.quota import Quota
from services.notifications.domain.notification import Notification
from services.notifications.domain.retry_policy import RetryPolicy
from services.notifications.sending.circuit_breakers import CircuitBreakers
from services.runtime.change import Store, Stored
from services.runtime.clock import Clock

LOG = "log"
NO_CHOICE = Choice(None)


@dataclass(frozen=True, slots=True)
class SendPlan:
    """One of three: send by the channel `kind`, look again at `wait_until`, or end with `verdict`.

    With its slot in a worker pool it gets `probe` (it is the one attempt of a half-open circuit) and
    `counted_at` (when it was counted in the person's quota).
    """

    notification: Notification
    contact: Stored[Contact] | None = None
    choice: Choice = NO_CHOICE
    kind: str | None = None
    wait_until: datetime | None = None
    verdict: AttemptResult | None = None
    probe: bool = False
    counted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Planner:
    """`available`: kinds of channel that are configured.

    `log_roles`: audiences that the log tells if no contact exists.
    """

    contacts: Store[Contact]
    available: AbstractSet[str]
    breakers: CircuitBreakers
    quiet: QuietHours
    quota: Quota
    policy: RetryPolicy
    clock: Clock
    log_channel: bool
    log_roles: AbstractSet[str] = frozenset()

    async def plan(self, notification: Notification) -> SendPlan:
        """Plan without using anything up: the plan may find no slot, or lose the claim.

        Raises `DatabaseAway`.
        """
        stored = await first_known(self.contacts, notification.contact_ids)
        if stored is None:
            return self._without_contact(notification)
        now, row = self.clock.now(), notification.row
        full_until = self.quota.full_until(notification.audience, stored.id, row.urgency, now)
        if full_until is not None:
            return SendPlan(notification, stored, wait_until=full_until)
        conditions = Conditions(
            self.available, self.breakers.blocked(now), self.quiet.until(now, row.urgency)
        )
        choice = choose(stored.state, row.channels, notification.spent(self.policy), conditions)
        if choice.channel is None and choice.wait_until is None:  # no other is left: retry one that failed
            choice = choose(stored.state, row.channels, notification.exhausted(self.policy), conditions)
        if choice.channel is None:
            return self._without_channel(notification, stored, choice)
        return SendPlan(notification, stored, choice, choice.channel.kind)

    def has_alternative(self, plan: SendPlan) -> bool:
        """Whether another channel is left, should the planned one fail for good."""
        if plan.contact is None or plan.choice.channel is None:
            return False
        rest = plan.contact.state.refusing(plan.choice.channel.address)
        spent = plan.notification.spent(self.policy) | self._spent_with_this(plan)
        choice = choose(rest, plan.notification.row.channels, spent, Conditions(self.available))
        return choice.channel is not None

    def _spent_with_this(self, plan: SendPlan) -> frozenset[str]:
        kind = plan.kind or ""
        failures = plan.notification.failures(kind) + 1
        return frozenset({kind}) if failures >= self.policy.limit_of(kind) else frozenset()

    def _without_contact(self, notification: Notification) -> SendPlan:
        if self.log_channel and notification.audience in self.log_roles:
            return SendPlan(notification, kind=LOG)
        return SendPlan(notification, verdict=AttemptResult(Result.NO_CONTACT))

    def _without_channel(
        self, notification: Notification, stored: Stored[Contact], choice: Choice
    ) -> SendPlan:
        if choice.wait_until is not None:
            return SendPlan(notification, stored, choice, wait_until=choice.wait_until)
        if self.log_channel and not notification.attempts:
            return SendPlan(notification, stored, choice, LOG)
        result = Result.EXHAUSTED if notification.attempts else Result.NO_CONTACT
        verdict = AttemptResult(result, skipped=choice.skipped)
        return SendPlan(notification, stored, choice, verdict=verdict)


async def first_known(contacts: Store[Contact], ids: Iterable[str]) -> Stored[Contact] | None:
    """The first of these contacts that exists and is not erased. Raises `DatabaseAway`."""
    for contact_id in ids:
        stored = await contacts.get(contact_id)
        if stored is not None and not stored.state.is_erased:
            return stored
    return None
