"""How a notification can be told now: whose contact, by which of its channels, or when to look again."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from services.notifications.domain.attempts import Outcome, Result
from services.notifications.domain.channels.choosing import Choice, Circumstances, choose
from services.notifications.domain.channels.contact import Contact
from services.notifications.domain.channels.quiet_hours import QuietHours
from services.notifications.domain.channels.quota import Limiter
from services.notifications.domain.notification import Notification
from services.notifications.domain.retry_policy import Plan
from services.notifications.ports import Planned
from services.notifications.sending.circuit_breakers import Circuits
from services.runtime.change import Store, Stored
from services.runtime.clock import Clock

LOG = "log"


@dataclass(frozen=True, slots=True)
class Planning:
    """`log_roles`: whoever has one of these roles and no contact is told in the log instead of not at all."""

    contacts: Store[Contact]
    available: AbstractSet[str]
    circuits: Circuits
    quiet: QuietHours
    limiter: Limiter
    rules: Plan
    clock: Clock
    log_channel: bool
    log_roles: AbstractSet[str] = frozenset()

    async def plan(self, notification: Notification) -> Planned:
        """Raises `DatabaseAway`. Uses nothing up: what is planned may find no place, or be somebody else's."""
        stored = await first_known(self.contacts, notification.contact_ids)
        if stored is None:
            return self._without_contact(notification)
        now, row = self.clock.now(), notification.row
        until = self.limiter.until(notification.role, stored.id, row.urgency, now)
        if until is not None:
            return Planned(notification, stored, wait_until=until)
        circumstances = Circumstances(
            self.available, self.circuits.resting(now), self.quiet.until(now, row.urgency)
        )
        choice = choose(stored.state, row.channels, notification.spent(self.rules), circumstances)
        if (
            choice.channel is None and choice.wait_until is None
        ):  # no other is left: then on with what has failed
            choice = choose(stored.state, row.channels, notification.hopeless(self.rules), circumstances)
        if choice.channel is None:
            return self._without_channel(notification, stored, choice)
        return Planned(notification, stored, choice, choice.channel.kind)

    def others(self, planned: Planned) -> bool:
        """Whether there is another channel, should the planned one fail for good."""
        if planned.contact is None or planned.choice.channel is None:
            return False
        rest = planned.contact.state.refusing(planned.choice.channel.address)
        spent = planned.notification.spent(self.rules) | self._spent_with_this(planned)
        return (
            choose(rest, planned.notification.row.channels, spent, Circumstances(self.available)).channel
            is not None
        )

    def _spent_with_this(self, planned: Planned) -> frozenset[str]:
        kind = planned.kind or ""
        failures = planned.notification.failures(kind) + 1
        return frozenset({kind}) if failures >= self.rules.limit_of(kind) else frozenset()

    def _without_contact(self, notification: Notification) -> Planned:
        if self.log_channel and notification.role in self.log_roles:
            return Planned(notification, kind=LOG)
        return Planned(notification, verdict=Outcome(Result.NO_CONTACT))

    def _without_channel(
        self, notification: Notification, stored: Stored[Contact], choice: Choice
    ) -> Planned:
        if choice.wait_until is not None:
            return Planned(notification, stored, choice, wait_until=choice.wait_until)
        if notification.attempts:
            return Planned(
                notification, stored, choice, verdict=Outcome(Result.EXHAUSTED, skipped=choice.skipped)
            )
        if self.log_channel:
            return Planned(notification, stored, choice, LOG)
        return Planned(
            notification, stored, choice, verdict=Outcome(Result.NO_CONTACT, skipped=choice.skipped)
        )


async def first_known(contacts: Store[Contact], ids: Iterable[str]) -> Stored[Contact] | None:
    """The first of these contacts that there is; one that was erased is none."""
    for contact_id in ids:
        stored = await contacts.get(contact_id)
        if stored is not None and not stored.state.is_erased:
            return stored
    return None
