"""The embedded servers: closed to the outside, and nothing acknowledged is lost when they are killed."""

from __future__ import annotations

import asyncio
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aio_pika
import pika
import pymongo
import pytest

from services.ops.connecting.run_file import announced, join
from services.ops.embedded import EmbeddedServers
from services.ops.errors import FolderInUseError, NotRunningError
from tests.support.eventually import eventually
from tests.support.proxy import Proxy
from tests.support.servers import on_disk

if TYPE_CHECKING:
    from collections.abc import Iterator

# as /proc/net/tcp and tcp6 write 127.0.0.1 and ::1
LOOPBACK_V4, LOOPBACK_V6 = "0100007F", "00000000000000000000000001000000"
LISTENING = "0A"
JOURNALLED: dict[str, Any] = {"w": "majority", "journal": True}
MongoClient = pymongo.MongoClient[dict[str, Any]]
ABANDONED = """
import sys, time, pathlib
from services.ops.embedded import EmbeddedServers
with EmbeddedServers(pathlib.Path(sys.argv[1])) as servers:
    print(servers.rabbit.pid, servers.mongo.pid, flush=True)
    time.sleep(120)
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    with EmbeddedServers(tmp_path_factory.mktemp("embedded"), disposable=True) as servers:
        yield servers


def test_every_listener_is_on_loopback(running: EmbeddedServers) -> None:
    ports = {*running.rabbit.ports.values(), running.mongo.port}

    listening = _listening_on(ports)

    assert {port for _, port in listening} == ports
    assert {address for address, _ in listening} <= {LOOPBACK_V4, LOOPBACK_V6}


def test_a_client_without_the_password_is_refused(running: EmbeddedServers) -> None:
    stranger = re.sub(r"//[^@]*@", "//", running.urls.mongodb).replace("authSource=admin&", "")
    guest = re.sub(r"//[^@]*@", "//guest:guest@", running.urls.amqp)

    with MongoClient(stranger) as client, pytest.raises(pymongo.errors.OperationFailure):
        client.test.things.find_one()
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        pika.BlockingConnection(pika.URLParameters(guest))


def test_a_journalled_write_survives_kill_9_and_the_port_stays(running: EmbeddedServers) -> None:
    url = running.urls.mongodb
    with MongoClient(url) as client:
        things = client.get_database("test").get_collection(
            "things", write_concern=pymongo.WriteConcern(w="majority", j=True)
        )
        for number in range(200):
            things.insert_one({"_id": number})

    running.mongo.kill()
    running.mongo.start()
    running.mongo.wait_ready()

    assert running.urls.mongodb == url
    with MongoClient(url) as client:
        assert client.test.things.count_documents({}) == 200


async def test_a_confirmed_message_survives_kill_9_and_the_port_stays(running: EmbeddedServers) -> None:
    url = running.urls.amqp
    connection = await aio_pika.connect(url, timeout=10)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
        await eventually(lambda: on_disk(running, "kept"))
        message = aio_pika.Message(b"here", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, queue.name, timeout=10)
        running.rabbit.kill()

    running.rabbit.start()
    running.rabbit.wait_ready()

    assert running.urls.amqp == url
    async with await aio_pika.connect(url, timeout=10) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue("kept")
        received = await queue.get(timeout=10)
        assert received.body == b"here"
        await received.ack()


def test_a_graceful_stop_keeps_data_for_the_next_process(tmp_path: Path) -> None:
    with EmbeddedServers(tmp_path) as servers, MongoClient(servers.urls.mongodb) as client:
        client.test.things.insert_one({"_id": 1})

    with (
        EmbeddedServers(tmp_path, disposable=True) as servers,
        MongoClient(servers.urls.mongodb) as client,
    ):
        assert client.test.things.count_documents({}) == 1


def test_a_folder_in_use_is_refused(running: EmbeddedServers) -> None:
    with pytest.raises(FolderInUseError), EmbeddedServers(running.folder):
        pass


async def test_servers_die_with_the_process_that_started_them(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ABANDONED, tmp_path, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    pids = [int(word) for word in (await parent.stdout.readline()).split()]
    assert len(pids) == 2

    parent.kill()
    await parent.wait()

    await eventually(lambda: not any(_runs(pid) for pid in pids), within=5)


def test_a_stand_alone_database_announces_no_replica_set(tmp_path: Path) -> None:
    with (
        EmbeddedServers(tmp_path, standalone=True, disposable=True) as servers,
        MongoClient(servers.urls.mongodb) as client,
    ):
        assert "setName" not in client.admin.command("hello")


def test_the_run_file_is_private_and_gone_afterwards(running: EmbeddedServers, tmp_path: Path) -> None:
    with announced(tmp_path, running.urls):
        assert stat.S_IMODE((tmp_path / "run.json").stat().st_mode) == 0o600
        assert join(tmp_path) == running.urls

    with pytest.raises(NotRunningError):
        join(tmp_path)


@pytest.mark.containers
@pytest.mark.standalone
async def test_each_test_has_a_virtual_host_and_a_database_of_its_own(
    broker_url: str, database_uri: str, database_name: str
) -> None:
    async with await aio_pika.connect(broker_url, timeout=10) as connection:
        channel = await connection.channel()
        await channel.declare_queue("mine", exclusive=True)
    with MongoClient(database_uri, **JOURNALLED) as client:
        client.get_default_database().things.insert_one({"_id": 1})
        assert database_name in client.list_database_names()


async def test_the_proxy_cuts_stalls_and_heals(broker_url: str) -> None:
    async with Proxy.of(broker_url) as proxy:
        async with await aio_pika.connect(proxy.through(broker_url), timeout=10) as connection:
            channel = await connection.channel()
            proxy.stall()
            with pytest.raises(TimeoutError):
                await channel.declare_queue("mine", exclusive=True, timeout=0.3)
            proxy.heal()
        await proxy.cut()
        with pytest.raises(OSError, match=r".*"):
            await aio_pika.connect(proxy.through(broker_url), timeout=5)
        proxy.heal()
        async with await aio_pika.connect(proxy.through(broker_url), timeout=10) as connection:
            assert not connection.is_closed


def _listening_on(ports: set[int]) -> list[tuple[str, int]]:
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    sockets = [fields[1].split(":") for fields in lines if fields[3] == LISTENING]
    return [(address, int(port, 16)) for address, port in sockets if int(port, 16) in ports]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
