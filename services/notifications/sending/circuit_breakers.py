"""The circuit breakers of all channels, as this process sees them."""

from __future__ import annotations

from datetime import datetime

import structlog

from services.notifications import metrics
from services.notifications.domain.attempts import AttemptResult, Result
from services.notifications.domain.channels.circuit_breaker import BreakerPolicy, CircuitBreaker

log = structlog.get_logger()


class CircuitBreakers:
    """One circuit breaker for each kind of channel."""

    def __init__(self, policy: BreakerPolicy) -> None:
        self._policy = policy
        self._breakers: dict[str, CircuitBreaker] = {}

    def blocked(self, now: datetime) -> dict[str, datetime]:
        """Kinds of channel whose circuit is open, and when to look again."""
        until = {kind: breaker.blocked_until(now, self._policy) for kind, breaker in self._breakers.items()}
        return {kind: moment for kind, moment in until.items() if moment is not None}

    def start(self, kind: str, now: datetime) -> bool:
        """A letter is about to go out by this channel.

        Returns True for the one probe of a half-open circuit.
        """
        known = self._breakers.get(kind)
        if known is None or known.is_closed:
            return False
        self._breakers[kind] = known.probing(now, self._policy)
        return True

    def cancel_probe(self, kind: str) -> None:
        """The probe was not sent.

        If another letter's result has closed the circuit meanwhile, that counts.
        """
        known = self._breakers.get(kind)
        if known is not None and not known.is_closed:
            self._breakers[kind] = known.probe_cancelled()

    def record(self, kind: str, attempted: AttemptResult, now: datetime) -> None:
        """Count the result. A refused address does not count against the provider."""
        known = self._breakers.get(kind)
        if attempted.result is Result.UNAVAILABLE and attempted.provider_fault:
            failed = (known or CircuitBreaker()).failed(now, self._policy, attempted.retry_after)
            self._keep(kind, known, failed)
        elif known is not None:
            self._keep(kind, known, known.succeeded())

    def _keep(self, kind: str, before: CircuitBreaker | None, after: CircuitBreaker) -> None:
        self._breakers[kind] = after
        was_open, is_open = before is not None and not before.is_closed, not after.is_closed
        if was_open != is_open:
            event = "circuit.opened" if is_open else "circuit.closed"
            log.warning(event, channel=kind, failures=after.failures)
            metrics.CIRCUIT_OPEN.labels(kind).set(is_open)
