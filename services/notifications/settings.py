"""What the environment says about telling people (`GANCANG_NOTIFICATIONS_*`)."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, IPvAnyNetwork, field_validator, model_validator

from contracts.values import Id
from services.notifications.adapters.channels.settings import ProviderSettings
from services.notifications.domain.channels.circuit_breaker import Patience
from services.notifications.domain.channels.quiet_hours import QuietHours
from services.notifications.domain.retry_policy import Plan
from services.notifications.domain.webhooks.webhook import WAITS_S

BUSY_LONGEST_S = 5


class NotificationsSettings(ProviderSettings):
    """Whoever has no channel that is there is told in the log."""

    timezone: str = "Asia/Jakarta"
    quiet_from: time = Field(
        default=time(21), description="local time from which nothing rings that can wait"
    )
    quiet_to: time = time(5)
    log_channel: bool = True
    log_roles: frozenset[Literal["customer", "recipient", "driver", "merchant", "agency", "operator"]] = (
        Field(default=frozenset(), description="told in the log even when no contact is known")
    )
    on_duty: tuple[Id, ...] = Field(
        default=("emergency-desk",), description="operators who are told of an emergency"
    )
    send_s: float = Field(default=20, gt=0, le=300, description="real seconds for one attempt, all in all")
    lease_s: float = Field(
        default=30, gt=0, le=600, description="real seconds that a claim lasts; more than send_s"
    )
    contact_wait_s: float = Field(
        default=60, ge=0, le=3600, description="business seconds to wait for a contact"
    )
    retry_first_s: float = Field(
        default=2, gt=0, le=600, description="real seconds before the second attempt"
    )
    retry_longest_s: float = Field(default=600, gt=0, le=86400)
    retry_attempts: int = Field(default=10, ge=1, le=100, description="by mail")
    retry_attempts_ringing: int = Field(
        default=4, ge=1, le=100, description="by push, WhatsApp, SMS; then by the next channel"
    )
    useful_urgent_h: float = Field(
        default=2, gt=0, le=48, description="business hours after which what was urgent is told no more"
    )
    useful_h: float = Field(default=24, gt=0, le=240)
    rest_after: int = Field(
        default=5, ge=1, le=100, description="failures in a row after which a provider is left alone"
    )
    rest_first_s: float = Field(default=5, gt=0, le=600, description="real seconds")
    rest_longest_s: float = Field(default=60, gt=0, le=3600)
    most_each: int = Field(
        default=20, ge=1, le=1000, description="not urgent ones to one person in `most_each_s`, a process"
    )
    most_each_s: float = Field(default=600, gt=0, le=86400, description="business seconds")
    webhook_s: float = Field(default=15, gt=0, le=50, description="real seconds for one post to an agency")
    webhook_waits_s: tuple[float, ...] = Field(
        default=WAITS_S, max_length=20, description="after each failure; then it is given up"
    )
    webhook_allowed_networks: tuple[IPvAnyNetwork, ...] = Field(
        default=(), description="networks that are not public and still posted to"
    )
    webhook_retention_days: int = Field(
        default=14, ge=1, le=3650, description="after its end a delivery can be replayed so long"
    )
    webhook_plain_http: bool = Field(default=False, description="take URLs that begin with http://")
    places: int = Field(
        default=200, ge=1, le=10_000, description="claimed and not yet sent, per process and channel"
    )
    retention_days: int = Field(default=90, ge=1, le=3650)
    contact_retention_days: int = Field(
        default=730, ge=1, le=3650, description="after its last registration a contact is forgotten"
    )

    @field_validator("timezone")
    @classmethod
    def _a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("is no time zone") from None
        return value

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.lease_s < self.send_s + 2:
            raise ValueError(
                "lease_s must exceed send_s by two seconds, or two processes could send at one time"
            )
        return self

    def plan(self, speed: float) -> Plan:
        """Leases and retries cover real sending, so on a clock that runs faster they are longer in business time."""
        return Plan(
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

    def patience(self, speed: float) -> Patience:
        """When a provider is left alone; in business time, as `plan`."""
        return Patience(
            failures=self.rest_after,
            first_rest=timedelta(seconds=self.rest_first_s * speed),
            longest_rest=timedelta(seconds=self.rest_longest_s * speed),
            trial=timedelta(seconds=self.send_s * speed),
        )

    def quiet_hours(self) -> QuietHours:
        """The night, in local time."""
        return QuietHours(self.quiet_from, self.quiet_to, ZoneInfo(self.timezone))
