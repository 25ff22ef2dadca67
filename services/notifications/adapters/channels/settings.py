"""What the environment says of mail servers and providers; a channel without its first setting is not there."""

from __future__ import annotations

import ipaddress
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.notifications.domain.channels.contact import is_mail_address


class ProviderSettings(BaseSettings):
    """Secrets have no default; an address of a provider is https, or on this very machine."""

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
        description="file of the authority that signed the server's certificate, where it is your own",
    )
    smtp_timeout_s: float = Field(default=10, gt=0, le=60, description="for connecting, and for each command")
    smtp_connections: int = Field(
        default=4, ge=1, le=64, description="letters sent at one time by one process"
    )
    smtp_idle_s: float = Field(
        default=30, gt=0, le=600, description="an unused connection is closed after that"
    )
    sender: str = Field(
        default="gancang@localhost.localdomain", description="address that the mail comes from"
    )
    sender_name: str = Field(default="Gancang Banyuwangi", max_length=80)

    http_timeout_s: float = Field(default=10, gt=0, le=60, description="for one request to a provider")
    http_connections: int = Field(
        default=8, ge=1, le=256, description="requests to one provider at one time by one process"
    )

    push_project: str = Field(default="", description="Firebase project; there is no push without it")
    push_credentials: str = Field(default="", description="file with the service account's key")
    push_url: str = "https://fcm.googleapis.com"

    whatsapp_phone: str = Field(
        default="", description="id of the sending number; there is no WhatsApp without it"
    )
    whatsapp_token: SecretStr = SecretStr("")
    whatsapp_url: str = "https://graph.facebook.com/v23.0"

    sms_url: str = Field(default="", description="where a message is posted; there is no SMS without it")
    sms_token: SecretStr = SecretStr("")
    sms_sender: str = Field(default="Gancang", max_length=11, description="what the telephone shows")
    sms_body: Literal["json", "form"] = "json"
    sms_fields: dict[str, str] = Field(
        default={"to": "to", "sender": "from", "text": "text", "id": "reference"},
        description="how the provider calls the fields",
    )

    @field_validator("sender")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not is_mail_address(value):
            raise ValueError("is not an e-mail address")
        return value

    @field_validator("push_url", "whatsapp_url", "sms_url")
    @classmethod
    def _not_readable_on_the_way(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            value
            and parts.scheme != "https"
            and not (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        ):
            raise ValueError("must be https, or on this machine")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _complete_and_not_in_clear(self) -> Self:
        if (
            self.smtp_tls == "none"
            and self.smtp_password.get_secret_value()
            and not is_loopback(self.smtp_host)
        ):
            raise ValueError("smtp_tls=none would send the password readable")
        if self.whatsapp_phone and not self.whatsapp_token.get_secret_value():
            raise ValueError("whatsapp_phone needs whatsapp_token")
        if set(self.sms_fields) != {"to", "sender", "text", "id"}:
            raise ValueError("sms_fields names to, sender, text and id")
        return self


def is_loopback(host: str) -> bool:
    """Whether it is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
