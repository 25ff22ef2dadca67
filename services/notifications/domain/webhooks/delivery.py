"""A webhook delivery: one event for one agency, posted until it is accepted, or for two days and a half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from services.notifications.domain.lease import About, Leased

CHANNEL = "webhook"
# Seconds after the n-th failure, as Standard Webhooks 1.0 recommend them.
WAITS_S = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0)
SPREAD = 0.2
GONE, EXHAUSTED, UNSUBSCRIBED, NO_SECRET = "gone", "channel_unavailable", "no_contact", "no_secret"


@dataclass(frozen=True, slots=True)
class PostResult:
    """The answer to one post. `detail`: the HTTP status, or a code where there was none."""

    detail: str
    status: int = 0
    retry_after_s: float = 0.0

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


@dataclass(frozen=True, slots=True)
class PostAttempt:
    """One post. `detail`: a code or an HTTP status, never text of the agency's server."""

    at: datetime
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery(Leased):
    """`body`: the CloudEvent as it is posted. `tries`: failures since it was opened or replayed."""

    agency_id: str
    event_id: str
    event_type: str
    order_id: str
    body: str
    tries: int = 0
    attempts: tuple[PostAttempt, ...] = ()
    traceparent: str | None = None

    @property
    def about(self) -> About:
        """Whom and what it is about; the event's type stands where a notification has its template."""
        return About(self.agency_id, CHANNEL, self.event_type, self.event_id, self.order_id, self.traceparent)

    def attempted(self, now: datetime, detail: str) -> WebhookDelivery:
        """The same with one more attempt."""
        return replace(self, attempts=(*self.attempts, PostAttempt(now, detail)))

    def settled(
        self, posted: PostResult, now: datetime, waits: Sequence[timedelta], *, jitter: float, speed: float
    ) -> WebhookDelivery:
        """The state after a post.

        `jitter`: between 0 and 1, lengthens the wait; `speed`: of the business clock.
        """
        if posted.detail == UNSUBSCRIBED:
            return self.attempted(now, "unsubscribed").given_up(UNSUBSCRIBED)
        tried = self.attempted(now, posted.detail)
        if posted.is_success:
            return tried.sent()
        if posted.status == HTTPStatus.GONE:
            return tried.given_up(GONE)
        if self.tries >= len(waits):
            return tried.given_up(EXHAUSTED)
        asked = timedelta(seconds=posted.retry_after_s) * speed
        wait = max(waits[self.tries] * (1 + SPREAD * jitter), asked)
        return replace(tried.postponed(now + wait), tries=self.tries + 1)
