"""A circuit breaker for one provider: closed, open after failures in a row, half-open for a single probe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """Business time.

    `failures` in a row open the circuit; each failed probe doubles the time that it stays open.

    `probe`: how long to wait for the result of a probe before another one is allowed.
    """

    failures: int = 5
    first_open: timedelta = timedelta(seconds=5)
    longest_open: timedelta = timedelta(seconds=60)
    probe: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """`failures` in a row.

    `open_until`: None while it is closed. `probe_until`: a probe is under way. `openings`: so far.
    """

    failures: int = 0
    open_until: datetime | None = None
    probe_until: datetime | None = None
    openings: int = 0

    @property
    def is_closed(self) -> bool:
        """Whether every letter may go out."""
        return self.open_until is None

    def blocked_until(self, now: datetime, policy: BreakerPolicy) -> datetime | None:
        """When to look again; None: send now. A probe may end at any moment, so that wait is short."""
        if self.open_until is None:
            return None
        if now < self.open_until:
            return self.open_until
        return now + policy.first_open if self.probe_until is not None and now < self.probe_until else None

    def probing(self, now: datetime, policy: BreakerPolicy) -> CircuitBreaker:
        """Half-open: one letter probes the provider, the others wait for its result.

        Unchanged while closed.
        """
        return self if self.is_closed else replace(self, probe_until=now + policy.probe)

    def probe_cancelled(self) -> CircuitBreaker:
        """The probe was not sent; the next letter may be the probe."""
        return replace(self, probe_until=None)

    def succeeded(self) -> CircuitBreaker:
        """Closed: the provider has answered."""
        return CircuitBreaker()

    def failed(
        self, now: datetime, policy: BreakerPolicy, retry_after: timedelta | None = None
    ) -> CircuitBreaker:
        """One failure more.

        `retry_after`: the wait that the provider asked for; it opens the circuit at once.
        """
        failures = self.failures + 1
        if retry_after is not None:
            return replace(self, failures=failures, open_until=now + retry_after, probe_until=None)
        if failures < policy.failures and self.is_closed:
            return replace(self, failures=failures)
        wait = min(policy.first_open * (1 << min(self.openings, 30)), policy.longest_open)
        return CircuitBreaker(failures, now + wait, None, self.openings + 1)
