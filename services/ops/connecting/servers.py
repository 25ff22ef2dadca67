"""How a command reaches the servers: one place for the broker's and the database's URLs and our keys."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from aio_pika import connect
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import AMQPError
from pydantic import SecretStr

from services.ops.errors import CommandError
from services.ops.running.environment import service_environment
from services.runtime.errors import DatabaseAway, NotConfigured
from services.runtime.process.settings import RuntimeSettings
from services.runtime.storage import database

CONNECT_S = 5


class UnreachableError(CommandError):
    """A server does not answer, or not to us."""

    def __init__(self, server: str, why: str) -> None:
        """Name the server and what it said."""
        super().__init__(f"{server} cannot be reached: {why}")
        self.server = server


def settings() -> RuntimeSettings:
    """Settings as a service would have them. Raises CommandError for what is missing or wrong."""
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


@contextlib.asynccontextmanager
async def broker() -> AsyncIterator[AbstractConnection]:
    """A plain connection to RabbitMQ. Raises UnreachableError."""
    try:
        connection = await connect(
            settings().broker_url(), timeout=CONNECT_S, client_properties={"connection_name": "gancang.ops"}
        )
    except (AMQPError, OSError, TimeoutError) as error:
        raise UnreachableError("RabbitMQ", str(error) or type(error).__name__) from None
    async with connection:
        yield connection


@contextlib.asynccontextmanager
async def store() -> AsyncIterator[database.Database]:
    """The services' database. Raises UnreachableError, also for what happens in the block."""
    client = database.connect(settings().mongodb_uri.get_secret_value())
    try:
        with database.noticing_absence("ops"):
            yield database.database_of(client)
    except DatabaseAway as error:
        raise UnreachableError("MongoDB", str(error.__cause__)[:200]) from None
    finally:
        client.close()


def _secret(name: str, value: str) -> Any:
    annotation = RuntimeSettings.model_fields[name].annotation
    return SecretStr(value) if annotation is SecretStr else value
