"""What every service is told by its environment (`GANCANG_*`)."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.runtime.errors import NotConfigured

HEARTBEAT_S = 10
SPEAKERS, ANYBODY = "GANCANG_SPEAKERS", "anybody"


class RuntimeSettings(BaseSettings):
    """Typed once; secrets have no default."""

    model_config = SettingsConfigDict(
        env_prefix="GANCANG_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    amqp_url: SecretStr = SecretStr("")
    mongodb_uri: SecretStr = SecretStr("")
    rabbitmq_api_url: SecretStr = SecretStr("")
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=0, ge=0, le=65535, description="0: no health endpoint")
    log: Literal["console", "json"] = "console"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    clock: str = ""
    code_key: SecretStr = SecretStr("")
    data_key: SecretStr = SecretStr("")
    old_data_keys: SecretStr = Field(
        default=SecretStr(""), description="master keys before the present one, comma separated"
    )
    keys_mongodb_uri: SecretStr = Field(
        default=SecretStr(""), description="where data keys lie; empty: beside the state, as NAME_keys"
    )
    service_users: str = Field(
        default="", description="logins of our other services and operators, comma separated"
    )
    speakers: str = Field(
        default="", description="a file: which login speaks for whom; `anybody` asks no login"
    )
    prefetch: int = Field(default=200, ge=1, le=5000, description="messages in work per queue and process")
    drain_s: float = Field(default=15, gt=0, le=300, description="how long SIGTERM waits for work under way")

    @classmethod
    def load(cls) -> Self:
        """Read and check. Raises `NotConfigured` with the name of what is missing."""
        settings = cls()
        for name, value in (
            ("GANCANG_AMQP_URL", settings.amqp_url),
            ("GANCANG_MONGODB_URI", settings.mongodb_uri),
        ):
            if not value.get_secret_value():
                raise NotConfigured(name)
        if not settings.speakers:
            raise NotConfigured(
                SPEAKERS,
                f"is not set: a file that says which login speaks for whom, or `{ANYBODY}` to ask no login",
            )
        settings.broker_url()
        return settings

    def broker_url(self) -> str:
        """The AMQP URL with a heartbeat. Refuses switched-off TLS checks and a login left out."""
        url = self.amqp_url.get_secret_value()
        parts = urlsplit(url)
        query = parse_qs(parts.query, keep_blank_values=True)
        if parts.scheme not in {"amqp", "amqps"}:
            raise NotConfigured("GANCANG_AMQP_URL", "must begin with amqp:// or amqps://")
        if "no_verify_ssl" in query:
            raise NotConfigured("GANCANG_AMQP_URL", "must not switch the certificate check off")
        if not parts.username or parts.password is None:
            raise NotConfigured("GANCANG_AMQP_URL", "names no login (it would silently become guest)")
        if "heartbeat" in query:
            return url
        return f"{url}{'&' if parts.query else '?'}heartbeat={HEARTBEAT_S}"

    @property
    def one_time_key(self) -> bytes:
        """What one-time codes are derived from: the text of `GANCANG_CODE_KEY` as it stands. Raises `NotConfigured`."""
        text = self.code_key.get_secret_value().strip()
        if not text:
            raise NotConfigured("GANCANG_CODE_KEY")
        return text.encode()

    @property
    def our_users(self) -> frozenset[str]:
        """Logins whose note of the checked user is believed: our own, and `GANCANG_SERVICE_USERS`."""
        named = {name.strip() for name in self.service_users.split(",")}
        return frozenset({self.broker_user, *named} - {""})

    @property
    def broker_user(self) -> str:
        """Our own login: what the broker checks `user_id` against."""
        return unquote(urlsplit(self.amqp_url.get_secret_value()).username or "")
