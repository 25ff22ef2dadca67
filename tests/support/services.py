"""Services at work inside a test's own process, on its own virtual host and database."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from services.runtime.process.lifecycle import running
from services.runtime.process.runtime import Build
from services.runtime.process.settings import RuntimeSettings
from services.runtime.sealing import new_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.runtime.process.runtime import Runtime

DATA_KEY = new_key()
CODE_KEY = "of the tests alone"
KEYS = {"GANCANG_DATA_KEY": DATA_KEY, "GANCANG_CODE_KEY": CODE_KEY, "GANCANG_SPEAKERS": "anybody"}


def runtime_settings(broker_url: str, database_uri: str, **changes: Any) -> RuntimeSettings:
    """Settings of a service in a test."""
    known: dict[str, Any] = {
        "amqp_url": SecretStr(broker_url),
        "mongodb_uri": SecretStr(database_uri),
        "data_key": SecretStr(DATA_KEY),
        "code_key": SecretStr(CODE_KEY),
        "drain_s": 5,
    }
    return RuntimeSettings(**{**known, **changes})


@asynccontextmanager
async def at_work(name: str, build: Build, settings: RuntimeSettings) -> AsyncIterator[Runtime]:
    """The service, drained on leaving."""
    async with running(name, build, settings) as runtime:
        yield runtime
