"""The limits that letters share: a person's quota, and the one probe of a half-open circuit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.notifications.domain.channels.quota import Quota
from services.notifications.sending.circuit_breakers import CircuitBreakers
from services.notifications.sending.planner import SendPlan
from services.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class SharedLimits:
    """Taken together with a slot in a worker pool, so that a letter without a slot uses nothing up."""

    breakers: CircuitBreakers
    quota: Quota
    clock: Clock

    def take(self, plan: SendPlan) -> SendPlan:
        """The plan with what was taken noted on it. The log has no limits."""
        channel, stored, now = plan.choice.channel, plan.contact, self.clock.now()
        if channel is None or stored is None:
            return plan
        self.quota.take(stored.id, now)
        return replace(plan, probe=self.breakers.start(channel.kind, now), counted_at=now)

    def give_back(self, plan: SendPlan) -> None:
        """The letter was not told."""
        if plan.counted_at is None or plan.contact is None:
            return
        self.quota.give_back(plan.contact.id, plan.counted_at)
        if plan.probe:
            self.breakers.cancel_probe(plan.kind or "")
