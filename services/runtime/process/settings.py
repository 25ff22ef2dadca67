"""The settings that every service reads from its environment (`GANCANG_*`)."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.runtime.errors import NotConfigured
from services.runtime.messaging.speakers import ANYBODY, SPEAKERS_VARIABLE

HEARTBEAT_S = 10


class RuntimeSettings(BaseSettings):
    """The settings of every service. Secrets have no usable default."""

    model_config = SettingsConfigDict(
        env_prefix="GANCANG_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    amqp_url: SecretStr = SecretStr("")
    mongodb_uri: SecretStr = SecretStr("")
    rabbitmq_api_url: SecretStr = SecretStr("")
    http_host: str = "127.0.0.1"
    http_port: int = Field(
        default=0, ge=0, le=65535, description="port of /livez, /readyz and /metrics; 0: none"
    )
    log: Literal["console", "json"] = "console"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    clock: str = ""
    code_key: SecretStr = SecretStr("")
    data_key: SecretStr = SecretStr("")
    old_data_keys: SecretStr = Field(
        default=SecretStr(""), description="master keys before the present one, comma separated"
    )
    keys_mongodb_uri: SecretStr = Field(
        default=SecretStr(""), description="database of the data keys; empty: NAME_keys beside the state"
    )
    service_users: str = Field(
        default="", description="logins of our other services and operators, comma separated"
    )
    speakers: str = Field(
        default="", description="file that says which login may speak for whom; `anybody`: no check"
    )
    prefetch: int = Field(
        default=200, ge=1, le=5000, description="messages handled at a time, per queue and process"
    )
    drain_s: float = Field(
        default=15, gt=0, le=300, description="seconds that SIGTERM waits for messages being handled"
    )

    @classmethod
    def load(cls) -> Self:
        """Read the environment. Raises `NotConfigured` with the name of the missing or invalid setting."""
        settings = cls()
        for name, value in (
            ("GANCANG_AMQP_URL", settings.amqp_url),
            ("GANCANG_MONGODB_URI", settings.mongodb_uri),
        ):
            if not value.get_secret_value():
                raise NotConfigured(name)
        if not settings.speakers:
            raise NotConfigured(
                SPEAKERS_VARIABLE,
                f"is not set: a file that says which login may speak for whom, or `{ANYBODY}` for no check",
            )
        settings.broker_url()
        return settings

    def broker_url(self) -> str:
        """The AMQP URL with a heartbeat.

        Raises `NotConfigured` when it lacks a login or disables TLS checks.
        """
        url = self.amqp_url.get_secret_value()
        parts = urlsplit(url)
        query = parse_qs(parts.query, keep_blank_values=True)
        if parts.scheme not in {"amqp", "amqps"}:
            raise NotConfigured("GANCANG_AMQP_URL", "must begin with amqp:// or amqps://")
        if "no_verify_ssl" in query:
            raise NotConfigured("GANCANG_AMQP_URL", "must not disable the certificate check")
        if not parts.username or parts.password is None:
            raise NotConfigured("GANCANG_AMQP_URL", "names no login (it would silently become guest)")
        if "heartbeat" in query:
            return url
        return f"{url}{'&' if parts.query else '?'}heartbeat={HEARTBEAT_S}"

    @property
    def one_time_key(self) -> bytes:
        """The key of one-time codes: the bytes of the text in `GANCANG_CODE_KEY`. Raises `NotConfigured`."""
        text = self.code_key.get_secret_value().strip()
        if not text:
            raise NotConfigured("GANCANG_CODE_KEY")
        return text.encode()

    @property
    def our_users(self) -> frozenset[str]:
        """Logins whose `x-gancang-` headers are believed: our own, and those of `GANCANG_SERVICE_USERS`."""
        named = {name.strip() for name in self.service_users.split(",")}
        return frozenset({self.broker_user, *named} - {""})

    @property
    def broker_user(self) -> str:
        """Our own login, against which the broker checks `user_id`."""
        return unquote(urlsplit(self.amqp_url.get_secret_value()).username or "")
