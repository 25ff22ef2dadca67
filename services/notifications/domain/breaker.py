"""A provider that fails again and again is left alone for a while; then one letter tries whether it is back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """Business time. `failures` in a row open the breaker; each time that a trial fails it rests twice as long."""

    failures: int = 5
    first_rest: timedelta = timedelta(seconds=5)
    longest_rest: timedelta = timedelta(seconds=60)
    trial: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` in a row; `until`: when it may be asked again, None while it is closed; `rests`: how often it has rested."""

    failures: int = 0
    until: datetime | None = None
    rests: int = 0

    def resting_until(self, now: datetime) -> datetime | None:
        """Until when nobody may ask; None: go ahead."""
        return self.until if self.until is not None and now < self.until else None

    def tried(self, now: datetime, patience: Patience) -> Breaker:
        """Somebody asks: where it has rested, he is the one who tries, and others wait for what comes of it."""
        return self if self.until is None else replace(self, until=now + patience.trial)

    def succeeded(self) -> Breaker:
        """The provider has answered."""
        return Breaker()

    def failed(self, now: datetime, patience: Patience, rest: timedelta | None = None) -> Breaker:
        """The provider did not, or asked for a `rest` itself."""
        failures = self.failures + 1
        if rest is not None:
            return replace(self, failures=failures, until=now + rest)
        if failures < patience.failures and self.until is None:
            return replace(self, failures=failures)
        pause = min(patience.first_rest * (1 << min(self.rests, 30)), patience.longest_rest)
        return Breaker(failures, now + pause, self.rests + 1)
