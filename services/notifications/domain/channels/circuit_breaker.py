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
    """`failures` in a row; `until`: it rests, None while it is closed; `trial_until`: somebody tries; `rests`: how many there were."""

    failures: int = 0
    until: datetime | None = None
    trial_until: datetime | None = None
    rests: int = 0

    @property
    def is_closed(self) -> bool:
        """Everybody may ask."""
        return self.until is None

    def resting_until(self, now: datetime, patience: Patience) -> datetime | None:
        """When to look again, while nobody may ask; None: go ahead. A trial may end at any moment, so look again soon."""
        if self.until is None:
            return None
        if now < self.until:
            return self.until
        return now + patience.first_rest if self.trial_until is not None and now < self.trial_until else None

    def tried(self, now: datetime, patience: Patience) -> Breaker:
        """Somebody asks: where it has rested, he is the one who tries, and others wait for what comes of it."""
        return self if self.is_closed else replace(self, trial_until=now + patience.trial)

    def untried(self) -> Breaker:
        """Whoever wanted to try did not ask after all: the next one may."""
        return replace(self, trial_until=None)

    def succeeded(self) -> Breaker:
        """The provider has answered."""
        return Breaker()

    def failed(self, now: datetime, patience: Patience, rest: timedelta | None = None) -> Breaker:
        """The provider did not, or asked for a `rest` itself."""
        failures = self.failures + 1
        if rest is not None:
            return replace(self, failures=failures, until=now + rest, trial_until=None)
        if failures < patience.failures and self.is_closed:
            return replace(self, failures=failures)
        pause = min(patience.first_rest * (1 << min(self.rests, 30)), patience.longest_rest)
        return Breaker(failures, now + pause, None, self.rests + 1)
