"""The servers that tests run on: those of the environment, embedded ones, or containers."""

from __future__ import annotations

import os
import socket
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import docker
import docker.errors
import httpx
import pymongo
import pytest
from pymongo.errors import PyMongoError

from services.ops.embedded import EmbeddedServers, ServerUrls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RABBITMQ_IMAGE = os.environ.get("GANCANG_TEST_RABBITMQ_IMAGE", "rabbitmq:4-management")
MONGODB_IMAGE = os.environ.get("GANCANG_TEST_MONGODB_IMAGE", "mongo:8")
CONTAINER_WITHIN_S = 120
PULL_WITHIN_S = 600
AMQP, MANAGEMENT, MONGODB = 5672, 15672, 27017


def urls_of_environment() -> ServerUrls | None:
    """What `gancang test` has started for us, None when pytest was called by itself."""
    names = ("GANCANG_AMQP_URL", "GANCANG_MONGODB_URI", "GANCANG_RABBITMQ_API_URL")
    values = [os.environ.get(name, "") for name in names]
    return ServerUrls(*values) if all(values) else None


@contextmanager
def embedded(folder: Path, *, standalone: bool) -> Iterator[ServerUrls]:
    """Servers of our own in `folder`, thrown away afterwards."""
    with EmbeddedServers(folder, standalone=standalone, disposable=True) as servers:
        yield servers.urls


def on_disk(running: EmbeddedServers, *queues: str) -> bool:
    """Whether RabbitMQ has written the names of these quorum queues to disk.

    It does so a moment late; a queue stays stuck when the broker is killed before.
    """
    noted = b"".join(names.read_bytes() for names in running.folder.rglob("names.dets"))
    return all(name.encode() in noted for name in queues)


@contextmanager
def containers() -> Iterator[ServerUrls]:
    """Servers in containers; skips with the reason when no engine answers."""
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 it looks for an engine when imported

    try:
        engine = docker.from_env(timeout=5)
        engine.ping()
    except docker.errors.DockerException as error:
        pytest.skip(f"no container engine answers: {error}")
    with closing(engine):
        for image in (RABBITMQ_IMAGE, MONGODB_IMAGE):
            have_image(engine, image)
    rabbit = DockerContainer(RABBITMQ_IMAGE).with_exposed_ports(AMQP, MANAGEMENT)
    mongo = DockerContainer(MONGODB_IMAGE).with_exposed_ports(MONGODB)
    with rabbit, mongo:
        host = rabbit.get_container_host_ip()
        amqp, management = rabbit.get_exposed_port(AMQP), rabbit.get_exposed_port(MANAGEMENT)
        urls = ServerUrls(
            amqp=f"amqp://guest:guest@{host}:{amqp}/",
            mongodb=f"mongodb://{mongo.get_container_host_ip()}:{mongo.get_exposed_port(MONGODB)}/?directConnection=true",
            rabbitmq_api=f"http://guest:guest@{host}:{management}",
        )
        wait_for(lambda: speaks_amqp(host, int(amqp)), "RabbitMQ")
        wait_for(lambda: speaks_management(urls.rabbitmq_api), "RabbitMQ's management interface")
        wait_for(lambda: speaks_mongodb(urls.mongodb), "MongoDB")
        yield urls


def have_image(engine: docker.DockerClient, image: str) -> None:
    """Pull the image unless it is there; skips with the reason when it is not to be had."""
    try:
        engine.images.get(image)
    except docker.errors.ImageNotFound:
        try:
            engine.api.timeout = PULL_WITHIN_S
            engine.images.pull(image)
        except docker.errors.DockerException as error:
            others = "GANCANG_TEST_RABBITMQ_IMAGE, GANCANG_TEST_MONGODB_IMAGE name others"
            pytest.skip(f"no image {image} ({others}): {error}")


def wait_for(ready: Callable[[], bool], name: str) -> None:
    """Wait until the server speaks its protocol; the ready lines of containers come too early, or differ."""
    deadline = time.monotonic() + CONTAINER_WITHIN_S
    while not ready():
        if time.monotonic() > deadline:
            pytest.fail(f"{name} did not answer within {CONTAINER_WITHIN_S} s")
        time.sleep(0.2)


def speaks_amqp(host: str, port: int) -> bool:
    """Whether the handshake of AMQP 0-9-1 begins."""
    try:
        with socket.create_connection((host, port), timeout=5) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"
    except OSError:
        return False


def speaks_management(url: str) -> bool:
    """Whether our login is known."""
    try:
        return httpx.get(f"{url}/api/whoami", timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def speaks_mongodb(url: str) -> bool:
    """Whether a command is answered by a server that takes writes."""
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(url, serverSelectionTimeoutMS=2_000)
    with client:
        try:
            return bool(client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False
