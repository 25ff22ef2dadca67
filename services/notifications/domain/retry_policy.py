"""When to try again: the wait doubles; jitter keeps a thousand retries from coming back at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.notifications.domain.audience.table import RINGING, Urgency

SPREAD = 0.5
CLAIMS_PER_FAILURE = 10


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """All durations are business time.

    `failures`: failed attempts that end a channel for a notification; `failures_ringing`: the same for push,
    WhatsApp and SMS, where there is another channel. `busy_wait`, `busy_longest`: the wait for a slot in a
    full worker pool. `useful_urgent`, `useful`: how long a notification is worth telling.
    """

    lease: timedelta = timedelta(seconds=30)
    contact_wait: timedelta = timedelta(seconds=60)
    contact_poll: timedelta = timedelta(seconds=2)
    first_wait: timedelta = timedelta(seconds=2)
    longest_wait: timedelta = timedelta(minutes=10)
    busy_wait: timedelta = timedelta(seconds=1)
    busy_longest: timedelta = timedelta(seconds=5)
    failures: int = 10
    failures_ringing: int = 4
    useful_urgent: timedelta = timedelta(hours=2)
    useful: timedelta = timedelta(hours=24)

    @property
    def claims(self) -> int:
        """Claims after which it is given up without any saved failure: it may be what kills its holders."""
        return self.failures * CLAIMS_PER_FAILURE

    def limit_of(self, kind: str) -> int:
        """Failed attempts that end this kind of channel."""
        return self.failures_ringing if kind in RINGING else self.failures

    def useful_for(self, urgency: Urgency) -> timedelta:
        """How long it is worth telling."""
        return self.useful_urgent if urgency is Urgency.URGENT else self.useful

    def wait_after(self, failures: int, jitter: float) -> timedelta:
        """The wait after the n-th failure; `jitter` between 0 and 1 shortens it by up to a half."""
        doubled = self.first_wait * (1 << min(failures - 1, 30))
        return min(doubled, self.longest_wait) * (1 - SPREAD * jitter)

    def busy_after(self, waited: timedelta, jitter: float) -> timedelta:
        """The next wait for a slot after having `waited`: as long again, up to `busy_longest`, plus jitter.

        `jitter` between 0 and 1 at most doubles it. If ten thousand looked every second, saving their waits
        would leave no time to send.
        """
        return min(max(waited, self.busy_wait), self.busy_longest) * (1 + jitter)
