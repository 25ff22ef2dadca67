"""All settings of the service (`GANCANG_NOTIFICATIONS_*`)."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, IPvAnyNetwork, field_validator, model_validator

from contracts.values import Id
from services.notifications.adapters.channels.settings import ProviderSettings
from services.notifications.domain.channels.circuit_breaker import BreakerPolicy
from services.notifications.domain.channels.quiet_hours import QuietHours
from services.notifications.domain.retry_policy import RetryPolicy
from services.notifications.domain.webhooks.delivery import WAITS_S

BUSY_LONGEST_S = 5


class NotificationsSettings(ProviderSettings):
    """A recipient without a configured channel is told in the log."""

    timezone: str = "Asia/Jakarta"
    quiet_from: time = Field(
        default=time(21), description="local time from which no telephone rings for what can wait"
    )
    quiet_to: time = time(5)
    log_channel: bool = True
    log_roles: frozenset[Literal["customer", "recipient", "driver", "merchant", "agency", "operator"]] = (
        Field(default=frozenset(), description="audiences that the log tells even without a contact")
    )
    on_duty: tuple[Id, ...] = Field(
        default=("emergency-desk",), description="operators who are told of an emergency"
    )
    send_s: float = Field(default=20, gt=0, le=300, description="real seconds for one whole attempt")
    lease_s: float = Field(
        default=30, gt=0, le=600, description="real seconds of a claim's lease; more than send_s"
    )
    contact_wait_s: float = Field(
        default=60, ge=0, le=3600, description="business seconds to wait for a missing contact"
    )
    retry_first_s: float = Field(
        default=2, gt=0, le=600, description="real seconds before the second attempt; then doubled"
    )
    retry_longest_s: float = Field(default=600, gt=0, le=86400)
    retry_attempts: int = Field(default=10, ge=1, le=100, description="failed attempts that end e-mail")
    retry_attempts_ringing: int = Field(
        default=4,
        ge=1,
        le=100,
        description="failed attempts by push, WhatsApp or SMS before the next channel",
    )
    useful_urgent_h: float = Field(
        default=2, gt=0, le=48, description="business hours after which an urgent notification is given up"
    )
    useful_h: float = Field(default=24, gt=0, le=240, description="the same for one that is not urgent")
    rest_after: int = Field(
        default=5, ge=1, le=100, description="failures in a row that open the circuit of a provider"
    )
    rest_first_s: float = Field(
        default=5, gt=0, le=600, description="real seconds that a circuit is open first; then doubled"
    )
    rest_longest_s: float = Field(default=60, gt=0, le=3600)
    most_each: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="not urgent notifications to one person in most_each_s, for each process",
    )
    most_each_s: float = Field(default=600, gt=0, le=86400, description="business seconds")
    webhook_s: float = Field(default=15, gt=0, le=50, description="real seconds for one post to an agency")
    webhook_waits_s: tuple[float, ...] = Field(
        default=WAITS_S, max_length=20, description="real seconds after each failed post; then it is given up"
    )
    webhook_allowed_networks: tuple[IPvAnyNetwork, ...] = Field(
        default=(), description="networks to post to although they are not public"
    )
    webhook_retention_days: int = Field(
        default=14, ge=1, le=3650, description="days after its end during which a delivery can be replayed"
    )
    webhook_plain_http: bool = Field(default=False, description="accept URLs that begin with http://")
    places: int = Field(
        default=200, ge=1, le=10_000, description="letters claimed and not yet sent, per process and channel"
    )
    retention_days: int = Field(
        default=90, ge=1, le=3650, description="days that a notification is kept after its end"
    )
    contact_retention_days: int = Field(
        default=730, ge=1, le=3650, description="days that a contact is kept after its last registration"
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("is not a time zone") from None
        return value

    @model_validator(mode="after")
    def _lease_outlasts_sending(self) -> Self:
        if self.lease_s < self.send_s + 2:
            raise ValueError(
                "lease_s must exceed send_s by two seconds, or two processes could send at one time"
            )
        return self

    def retry_policy(self, speed: float) -> RetryPolicy:
        """Leases and retries cover real sending, so a faster business clock (`speed`) makes them longer."""
        return RetryPolicy(
            lease=timedelta(seconds=self.lease_s * speed),
            contact_wait=timedelta(seconds=self.contact_wait_s),
            first_wait=timedelta(seconds=self.retry_first_s * speed),
            longest_wait=timedelta(seconds=self.retry_longest_s * speed),
            busy_wait=timedelta(seconds=speed),
            busy_longest=timedelta(seconds=BUSY_LONGEST_S * speed),
            failures=self.retry_attempts,
            failures_ringing=self.retry_attempts_ringing,
            useful_urgent=timedelta(hours=self.useful_urgent_h),
            useful=timedelta(hours=self.useful_h),
        )

    def breaker_policy(self, speed: float) -> BreakerPolicy:
        """When the circuit of a provider opens; business time, as in `retry_policy`."""
        return BreakerPolicy(
            failures=self.rest_after,
            first_open=timedelta(seconds=self.rest_first_s * speed),
            longest_open=timedelta(seconds=self.rest_longest_s * speed),
            probe=timedelta(seconds=self.send_s * speed),
        )

    def webhook_waits(self, speed: float) -> list[timedelta]:
        """The waits after failed posts: real time, because an agency's server is away in real time."""
        return [timedelta(seconds=wait * speed) for wait in self.webhook_waits_s]

    def quiet_hours(self) -> QuietHours:
        """The quiet hours, in local time."""
        return QuietHours(self.quiet_from, self.quiet_to, ZoneInfo(self.timezone))
