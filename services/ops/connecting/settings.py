"""The settings with which a command connects: as a service would read them."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from services.ops.connecting.environment import service_environment
from services.ops.errors import CommandError
from services.runtime.errors import NotConfigured
from services.runtime.process.settings import RuntimeSettings


def settings() -> RuntimeSettings:
    """Read them. Raises `CommandError` for a missing or wrong one, `NotRunningError` without servers."""
    given = service_environment()
    prefix = RuntimeSettings.model_config.get("env_prefix", "")
    fields = {
        name: given[prefix + name.upper()]
        for name in RuntimeSettings.model_fields
        if prefix + name.upper() in given
    }
    try:
        made = RuntimeSettings(**{name: _secret(name, value) for name, value in fields.items()})
        made.broker_url()
    except (NotConfigured, ValueError) as error:
        raise CommandError(str(error)) from None
    return made


def _secret(name: str, value: str) -> Any:
    annotation = RuntimeSettings.model_fields[name].annotation
    return SecretStr(value) if annotation is SecretStr else value
