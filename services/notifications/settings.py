"""What the environment says about telling people (`GANCANG_NOTIFICATIONS_*`)."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.values import Id
from services.notifications.domain.contact import is_mail_address
from services.notifications.domain.retries import Plan


class NotificationsSettings(BaseSettings):
    """Without `smtp_host` no mail goes out, and a contact with nothing but an e-mail address is told in the log."""

    model_config = SettingsConfigDict(env_prefix="GANCANG_NOTIFICATIONS_", extra="ignore", frozen=True, hide_input_in_errors=True)

    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_timeout_s: float = Field(default=10, gt=0, le=60, description="for connecting, and for each command")
    smtp_connections: int = Field(default=4, ge=1, le=64, description="letters sent at one time by one process")
    smtp_idle_s: float = Field(default=30, gt=0, le=600, description="an unused connection is closed after that")
    sender: str = Field(default="gancang@localhost.localdomain", description="address that the mail comes from")
    sender_name: str = Field(default="Gancang Banyuwangi", max_length=80)
    timezone: str = "Asia/Jakarta"
    log_channel: bool = True
    log_roles: frozenset[Literal["customer", "recipient", "driver", "merchant", "agency", "operator"]] = Field(
        default=frozenset(), description="told in the log even when no contact is known"
    )
    on_duty: tuple[Id, ...] = Field(default=("emergency-desk",), description="operators who are told of an emergency")
    send_s: float = Field(default=20, gt=0, le=300, description="real seconds for one attempt, all in all")
    lease_s: float = Field(default=30, gt=0, le=600, description="real seconds that a claim lasts; more than send_s")
    contact_wait_s: float = Field(default=60, ge=0, le=3600, description="business seconds to wait for a contact")
    retry_first_s: float = Field(default=2, gt=0, le=600, description="real seconds before the second attempt")
    retry_longest_s: float = Field(default=600, gt=0, le=86400)
    retry_attempts: int = Field(default=10, ge=1, le=100)
    places: int = Field(default=200, ge=1, le=10_000, description="claimed and not yet sent, per process")
    retention_days: int = Field(default=90, ge=1, le=3650)

    @field_validator("sender")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not is_mail_address(value):
            raise ValueError("is not an e-mail address")
        return value

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.lease_s < self.send_s + 2:
            raise ValueError("lease_s must exceed send_s by two seconds, or two processes could send at one time")
        if self.smtp_tls == "none" and self.smtp_password.get_secret_value() and not _is_loopback(self.smtp_host):
            raise ValueError("smtp_tls=none would send the password readable")
        return self

    def plan(self, speed: float) -> Plan:
        """Leases and retries cover real sending, so on a clock that runs faster they are longer in business time."""
        return Plan(
            lease=timedelta(seconds=self.lease_s * speed),
            contact_wait=timedelta(seconds=self.contact_wait_s),
            first_wait=timedelta(seconds=self.retry_first_s * speed),
            longest_wait=timedelta(seconds=self.retry_longest_s * speed),
            failures=self.retry_attempts,
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
