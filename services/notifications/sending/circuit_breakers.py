"""The breakers of all channels, as this process sees them."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from services.notifications import metrics
from services.notifications.domain.attempts import Outcome, Result
from services.notifications.domain.channels.circuit_breaker import Breaker, Patience

log = structlog.get_logger()


class Circuits:
    """One breaker a channel. `speed`: business seconds per real second, for what providers ask in real time."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._breakers: dict[str, Breaker] = {}

    def resting(self, now: datetime) -> dict[str, datetime]:
        """Channels whose provider is left alone, and until when."""
        until = {kind: breaker.resting_until(now, self._patience) for kind, breaker in self._breakers.items()}
        return {kind: moment for kind, moment in until.items() if moment is not None}

    def asked(self, kind: str, now: datetime) -> bool:
        """Somebody is going to ask the provider; whether it is a trial after a rest."""
        known = self._breakers.get(kind)
        if known is None or known.is_closed:
            return False
        self._breakers[kind] = known.tried(now, self._patience)
        return True

    def not_asked(self, kind: str) -> None:
        """Whoever had the trial did not ask; where somebody's answer has come meanwhile, that counts."""
        known = self._breakers.get(kind)
        if known is not None and not known.is_closed:
            self._breakers[kind] = known.untried()

    def note(self, kind: str, outcome: Outcome, now: datetime) -> None:
        """What the provider made of it. An address that it does not like says nothing against the provider."""
        known = self._breakers.get(kind)
        if outcome.result is Result.UNAVAILABLE and outcome.ours:
            self._keep(kind, known, (known or Breaker()).failed(now, self._patience, outcome.retry_after))
        elif known is not None:
            self._keep(kind, known, known.succeeded())

    def _keep(self, kind: str, before: Breaker | None, after: Breaker) -> None:
        self._breakers[kind] = after
        was_open, is_open = before is not None and not before.is_closed, not after.is_closed
        if was_open != is_open:
            log.warning(
                "channel.resting" if is_open else "channel.back", channel=kind, failures=after.failures
            )
            metrics.RESTING.labels(kind).set(is_open)


def rest_of(seconds: float | None, speed: float) -> timedelta | None:
    """A provider's wish in real seconds, as business time."""
    return None if seconds is None else timedelta(seconds=seconds * speed)
