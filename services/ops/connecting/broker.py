"""The connection of a command to RabbitMQ."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from aio_pika import connect
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import AMQPError

from services.ops.connecting.settings import settings
from services.ops.errors import UnreachableError

CONNECT_S = 5


@contextlib.asynccontextmanager
async def broker() -> AsyncIterator[AbstractConnection]:
    """Open a plain connection. Raises `UnreachableError`, and `CommandError` for unusable settings."""
    try:
        connection = await connect(
            settings().broker_url(), timeout=CONNECT_S, client_properties={"connection_name": "gancang.ops"}
        )
    except (AMQPError, OSError, TimeoutError) as error:
        raise UnreachableError("RabbitMQ", str(error) or type(error).__name__) from None
    async with connection:
        yield connection
