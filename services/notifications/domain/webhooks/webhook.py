"""An agency's webhook, and one delivery to it: an event that is posted until the agency has taken it, or for two days and a half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# Seconds after the n-th failure, as Standard Webhooks 1.0 recommend them.
WAITS_S = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0)
SPREAD = 0.2
GONE, EXHAUSTED, UNSUBSCRIBED = "gone", "channel_unavailable", "no_contact"


class Status(StrEnum):
    """`pending` waits for its due time; `sending` is claimed until its due time."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where an agency wants to hear of its orders. `url` is sealed; `disabled`: why nothing is sent, None while it works."""

    agency_id: str
    url: bytes
    host: str
    types: frozenset[str]
    services: frozenset[str]
    as_of: datetime
    life: int
    disabled: str | None = None

    def wants(self, event_type: str, service: str | None) -> bool:
        """Whether it has asked for this event; of what names no service it hears whatever services it chose."""
        return (
            self.disabled is None
            and event_type in self.types
            and (not self.services or service is None or service in self.services)
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """One post. `detail`: a code or an HTTP status, never what the other side wrote."""

    at: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one agency. `body`: the CloudEvent as it is posted; `tries`: failures since it was opened or replayed."""

    id: str
    agency_id: str
    event_id: str
    event_type: str
    order_id: str
    body: str
    created_at: datetime
    status: Status = Status.PENDING
    due: datetime | None = None
    tries: int = 0
    attempts: tuple[Attempt, ...] = ()
    reason: str | None = None
    traceparent: str | None = None

    @property
    def ended(self) -> bool:
        """Nothing more will happen to it, unless somebody has it replayed."""
        return self.status in {Status.SENT, Status.FAILED}

    def is_due(self, now: datetime) -> bool:
        """Whether somebody has to send it."""
        return self.due is not None and self.due <= now

    def claimed(self, until: datetime) -> Delivery:
        """Ours alone until then."""
        return replace(self, status=Status.SENDING, due=until)

    def waiting(self, until: datetime) -> Delivery:
        """Not yet possible; that is no failure."""
        return replace(self, status=Status.PENDING, due=until)

    def taken(self, now: datetime, detail: str) -> Delivery:
        """The agency has it."""
        return replace(self, status=Status.SENT, due=None, reason=None, attempts=self._with(now, detail))

    def given_up(self, now: datetime, reason: str, detail: str) -> Delivery:
        """It is sent no more."""
        return replace(self, status=Status.FAILED, due=None, reason=reason, attempts=self._with(now, detail))

    def failed(
        self, now: datetime, detail: str, waits: Sequence[timedelta], *, jitter: float, at_least: timedelta
    ) -> Delivery:
        """Try again later, or give up after the last wait. `at_least`: what the agency has asked for."""
        if self.tries >= len(waits):
            return self.given_up(now, EXHAUSTED, detail)
        wait = max(waits[self.tries] * (1 + SPREAD * jitter), at_least)
        return replace(
            self,
            status=Status.PENDING,
            due=now + wait,
            tries=self.tries + 1,
            attempts=self._with(now, detail),
        )

    def _with(self, now: datetime, detail: str) -> tuple[Attempt, ...]:
        return (*self.attempts, Attempt(now, detail))
