"""Settings of mail server and providers (`GANCANG_NOTIFICATIONS_*`).

A channel exists if its first setting is set.
"""

from __future__ import annotations

import ipaddress
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.notifications.domain.channels.contact import is_mail_address


class ProviderSettings(BaseSettings):
    """Secrets have no default. A provider's URL is https, or on this machine."""

    model_config = SettingsConfigDict(
        env_prefix="GANCANG_NOTIFICATIONS_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_ca: str = Field(
        default="",
        description="file of your own authority that signed the server's certificate",
    )
    smtp_timeout_s: float = Field(
        default=10, gt=0, le=60, description="real seconds to connect, and for each command"
    )
    smtp_connections: int = Field(
        default=4, ge=1, le=64, description="letters that one process sends at one time"
    )
    smtp_idle_s: float = Field(
        default=30, gt=0, le=600, description="real seconds after which an idle connection is closed"
    )
    sender: str = Field(default="gancang@localhost.localdomain", description="From address of the mail")
    sender_name: str = Field(default="Gancang Banyuwangi", max_length=80)

    http_timeout_s: float = Field(
        default=10, gt=0, le=60, description="real seconds for one request to a provider"
    )
    http_connections: int = Field(
        default=8, ge=1, le=256, description="requests that one process sends to one provider at one time"
    )

    push_project: str = Field(default="", description="Firebase project; without it there is no push")
    push_credentials: str = Field(default="", description="file with the service account's key")
    push_url: str = "https://fcm.googleapis.com"

    whatsapp_phone: str = Field(
        default="", description="id of the sending number; without it there is no WhatsApp"
    )
    whatsapp_token: SecretStr = SecretStr("")
    whatsapp_url: str = "https://graph.facebook.com/v23.0"

    sms_url: str = Field(
        default="", description="URL that messages are posted to; without it there is no SMS"
    )
    sms_token: SecretStr = SecretStr("")
    sms_sender: str = Field(default="Gancang", max_length=11, description="sender that the telephone shows")
    sms_body: Literal["json", "form"] = "json"
    sms_fields: dict[str, str] = Field(
        default={"to": "to", "sender": "from", "text": "text", "id": "reference"},
        description="the gateway's names for the fields",
    )

    @field_validator("sender")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not is_mail_address(value):
            raise ValueError("is not an e-mail address")
        return value

    @field_validator("push_url", "whatsapp_url", "sms_url")
    @classmethod
    def _encrypted_or_local(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            value
            and parts.scheme != "https"
            and not (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        ):
            raise ValueError("must be https, or on this machine")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _complete_and_encrypted(self) -> Self:
        if (
            self.smtp_tls == "none"
            and self.smtp_password.get_secret_value()
            and not is_loopback(self.smtp_host)
        ):
            raise ValueError("smtp_tls=none would send the password unencrypted")
        if self.whatsapp_phone and not self.whatsapp_token.get_secret_value():
            raise ValueError("whatsapp_phone needs whatsapp_token")
        if set(self.sms_fields) != {"to", "sender", "text", "id"}:
            raise ValueError("sms_fields must name to, sender, text and id")
        return self


def is_loopback(host: str) -> bool:
    """Whether the host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
