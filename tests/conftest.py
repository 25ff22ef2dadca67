"""Servers for a session (each worker of pytest-xdist is one), a virtual host and a database for a test."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import pymongo
import pytest

from services.ops.embedded import EmbeddedServers
from tests.support import servers, workers
from tests.support.rabbit_api import RabbitApi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xdist.scheduler import Scheduling

    from services.ops.embedded import ServerUrls


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--servers` chooses what the session's servers are."""
    parser.addoption(
        "--servers",
        choices=["embedded", "standalone", "containers"],
        default="embedded",
        help="embedded (default; those of GANCANG_* where set), standalone (no replica set), containers",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means."""
    return workers.number_of_workers()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    """What `-n` means without a `--dist`."""
    if config.getvalue("dist") != "load":
        return None
    config.option.loadscopereorder = False  # not by the number of tests
    return workers.LongFirst(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the tests of a worker; a run without workers keeps the order it was asked for."""
    if hasattr(config, "workerinput"):
        workers.long_first(items)


@pytest.fixture(scope="session")
def server_urls(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerUrls]:
    """The session's RabbitMQ and MongoDB."""
    kind = request.config.getoption("--servers")
    given = servers.urls_of_environment()
    if kind == "containers":
        with servers.containers() as urls:
            yield urls
    elif given is not None:
        yield given
    else:
        with servers.embedded(tmp_path_factory.mktemp("servers"), standalone=kind == "standalone") as urls:
            yield urls


@pytest.fixture
def own_servers(tmp_path: Path) -> Iterator[EmbeddedServers]:
    """Embedded servers of this test alone, to be killed and restarted (eight seconds to start)."""
    with EmbeddedServers(tmp_path / "servers", disposable=True) as running:
        yield running


@pytest.fixture
def rabbitmq_api_url(server_urls: ServerUrls) -> str:
    """Root of the management interface with the login inside, without `/api`."""
    return server_urls.rabbitmq_api


@pytest.fixture
def rabbitmq_api(rabbitmq_api_url: str) -> Iterator[RabbitApi]:
    """A client of the management interface."""
    with RabbitApi(rabbitmq_api_url) as api:
        yield api


@pytest.fixture
def virtual_host(rabbitmq_api: RabbitApi) -> Iterator[str]:
    """The name of a virtual host of this test alone."""
    name = f"test-{secrets.token_hex(6)}"
    rabbitmq_api.create_vhost(name)
    yield name
    rabbitmq_api.delete_vhost(name)


@pytest.fixture
def broker_url(server_urls: ServerUrls, virtual_host: str) -> str:
    """AMQP URL of this test's virtual host."""
    return urlunsplit(urlsplit(server_urls.amqp)._replace(path=f"/{virtual_host}", query="heartbeat=10"))


@pytest.fixture
def database_name(server_urls: ServerUrls) -> Iterator[str]:
    """The name of a database of this test alone."""
    name = f"test_{secrets.token_hex(6)}"
    yield name
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(server_urls.mongodb)
    with client:
        client.drop_database(name)
        client.drop_database(f"{name}_keys")


@pytest.fixture
def database_uri(server_urls: ServerUrls, database_name: str) -> str:
    """Connection string that names this test's database."""
    return urlunsplit(urlsplit(server_urls.mongodb)._replace(path=f"/{database_name}"))
