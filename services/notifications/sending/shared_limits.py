"""What a letter uses up of what is bounded for everybody: its person's share of letters, the one trial of a provider that has rested."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.notifications.domain.channels.quota import Limiter
from services.notifications.ports import Planned
from services.notifications.sending.circuit_breakers import Circuits
from services.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class Allowance:
    """Taken together with a place in a lane, so that what found no place has used up nothing."""

    circuits: Circuits
    limiter: Limiter
    clock: Clock

    def take(self, planned: Planned) -> Planned:
        """The same with what was taken noted on it. The log rings with nobody, and takes nothing."""
        channel, stored, now = planned.choice.channel, planned.contact, self.clock.now()
        if channel is None or stored is None:
            return planned
        self.limiter.note(stored.id, now)
        return replace(planned, trial=self.circuits.asked(channel.kind, now), counted_at=now)

    def give_back(self, planned: Planned) -> None:
        """It was not told after all."""
        if planned.counted_at is None or planned.contact is None:
            return
        self.limiter.take_back(planned.contact.id, planned.counted_at)
        if planned.trial:
            self.circuits.not_asked(planned.kind or "")
