"""The real command line in a process of its own, against this test's virtual host and database."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aio_pika
import pytest

from tests.support.command_line import Gancang
from tests.support.services import DATA_KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from aio_pika.abc import AbstractChannel

    from tests.support.rabbit_api import RabbitApi


@pytest.fixture
def gancang(broker_url: str, database_uri: str, rabbitmq_api_url: str) -> Gancang:
    return Gancang(
        {
            "GANCANG_AMQP_URL": broker_url,
            "GANCANG_MONGODB_URI": database_uri,
            "GANCANG_RABBITMQ_API_URL": rabbitmq_api_url,
            "GANCANG_DATA_KEY": DATA_KEY,
        }
    )


@pytest.fixture
def reading(gancang: Gancang, rabbitmq_api: RabbitApi, virtual_host: str) -> Iterator[Gancang]:
    """The command line under a login that may look at the management interface and declare nothing."""
    name, password = f"reader-{virtual_host}", "throw-away"
    rabbitmq_api.put(f"users/{name}", {"password": password, "tags": "monitoring"})
    rabbitmq_api.put(f"permissions/{virtual_host}/{name}", {"configure": "^$", "write": "^$", "read": "^$"})
    yield Gancang(
        {variable: _with_login(value, name, password) for variable, value in gancang.environment.items()}
    )
    rabbitmq_api.delete(f"users/{name}")


def _with_login(value: str, name: str, password: str) -> str:
    parts = urlsplit(value)
    return (
        value
        if parts.scheme not in {"amqp", "http"}
        else parts._replace(netloc=f"{name}:{password}@{parts.hostname}:{parts.port}").geturl()
    )


@pytest.fixture
async def channel(gancang: Gancang, broker_url: str) -> AsyncIterator[AbstractChannel]:
    """A channel of another client, on a broker that has our topology."""
    applied = await gancang("topology", "apply")
    assert applied.returncode == 0, applied.stderr
    connection = await aio_pika.connect(broker_url)
    async with connection:
        yield await connection.channel(on_return_raises=True)
