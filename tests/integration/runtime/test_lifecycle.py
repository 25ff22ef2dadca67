"""A service without its servers, with a wrong login, and with a broker that has lost its queues."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import aio_pika
import httpx
import pytest

from services.orders.app import build
from services.runtime.change import Change
from services.runtime.errors import BrokerAway
from services.runtime.messaging.broker import Broker
from tests.support.builders import a_driver_assigned, an_order_requested
from tests.support.counting import Counter, a_cause
from tests.support.eventually import eventually
from tests.support.outside import an_outside_app
from tests.support.proxy import Proxy
from tests.support.services import KEYS, at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.runtime.conftest import Counting
    from tests.support.rabbit_api import RabbitApi

NOBODY = "127.0.0.1:1"
LISTENER = "matching.order_progress"
WITHIN_S = 30
OK, UNAVAILABLE = 200, 503


def a_free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@asynccontextmanager
async def a_process(service: str = "orders", **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A service as an operating system process."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GANCANG_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"services.{service}",
        env={**inherited, **KEYS, **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def answers(port: int, path: str) -> int:
    """The HTTP status, or 0 while no process listens."""
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            return (await client.get(f"http://127.0.0.1:{port}{path}")).status_code
        except httpx.TransportError:
            return 0


async def test_without_servers_it_is_alive_not_ready_and_obeys_sigterm() -> None:
    port = a_free_port()
    async with a_process(
        GANCANG_AMQP_URL=f"amqp://gancang:secret@{NOBODY}/",
        GANCANG_MONGODB_URI=f"mongodb://{NOBODY}/",
        GANCANG_HTTP_PORT=str(port),
    ) as process:
        await eventually(lambda: _is(port, "/livez", OK), WITHIN_S)
        assert await answers(port, "/readyz") == UNAVAILABLE

        process.send_signal(signal.SIGTERM)

        assert await asyncio.wait_for(process.wait(), WITHIN_S) == 0


@pytest.mark.parametrize("service", ["orders", "matching", "notifications"])
async def test_it_ends_on_sigterm_when_both_servers_have_gone(
    service: str, broker_url: str, database_uri: str
) -> None:
    port = a_free_port()
    async with Proxy.of(broker_url) as broker, Proxy.of(database_uri) as mongo:
        urls = {
            "GANCANG_AMQP_URL": broker.through(broker_url),
            "GANCANG_MONGODB_URI": mongo.through(database_uri),
        }
        async with a_process(service, **urls, GANCANG_HTTP_PORT=str(port), GANCANG_DRAIN_S="3") as process:
            await eventually(lambda: _is(port, "/readyz", OK), WITHIN_S)

            await broker.cut()
            await mongo.cut()
            process.send_signal(signal.SIGTERM)

            assert await asyncio.wait_for(process.wait(), WITHIN_S) == 0


async def test_a_login_that_the_broker_refuses_is_one_line_and_exit_code_2(
    broker_url: str, database_uri: str
) -> None:
    parts = urlsplit(broker_url)
    wrong = urlunsplit(parts._replace(netloc=f"nobody:wrong@{parts.hostname}:{parts.port}"))
    async with a_process(GANCANG_AMQP_URL=wrong, GANCANG_MONGODB_URI=database_uri) as process:
        _, said = await asyncio.wait_for(process.communicate(), WITHIN_S)

    assert process.returncode == 2
    assert (
        said.decode().strip().splitlines()[-1]
        == "orders: GANCANG_AMQP_URL names a login or virtual host that the broker refuses"
    )
    assert b"Traceback" not in said


async def test_it_is_not_ready_while_the_broker_is_away(broker_url: str, database_uri: str) -> None:
    port = a_free_port()
    async with (
        Proxy.of(broker_url) as proxy,
        at_work("orders", build, runtime_settings(proxy.through(broker_url), database_uri, http_port=port)),
    ):
        await eventually(lambda: _is(port, "/readyz", OK), WITHIN_S)

        await proxy.cut()
        await eventually(lambda: _is(port, "/readyz", UNAVAILABLE), WITHIN_S)

        proxy.heal()
        await eventually(lambda: _is(port, "/readyz", OK), WITHIN_S)


async def test_a_queue_that_is_gone_is_declared_again_and_served(
    broker_url: str, database_uri: str, rabbitmq_api: RabbitApi, virtual_host: str
) -> None:
    settings = runtime_settings(broker_url, database_uri)
    async with at_work("orders", build, settings) as runtime, an_outside_app(broker_url) as app:
        rabbitmq_api.delete(f"queues/{virtual_host}/orders.order_requested")
        await eventually(lambda: not runtime.gate.is_open, WITHIN_S)
        await eventually(lambda: runtime.gate.is_open, WITHIN_S)

        await app.request(an_order_requested(order_id="o-1"))

        await app.event("order.accepted.v1")


async def test_no_event_goes_out_before_the_queues_of_a_broker_that_forgot_stand_again(
    behind_proxy: Counting, proxy: Proxy, broker_url: str, rabbitmq_api: RabbitApi, virtual_host: str
) -> None:
    await proxy.cut()
    await eventually(lambda: not behind_proxy.runtime.gate.is_open, WITHIN_S)
    rabbitmq_api.delete(f"queues/{virtual_host}/{LISTENER}")

    proxy.heal()
    sent = await _count_until_open(behind_proxy)

    await eventually(lambda: _holds(broker_url, LISTENER, sent), WITHIN_S)


class LostOnceMore(Broker):
    """Its connection goes and comes back each time that the topology has been declared, as often as said."""

    left = 1

    async def declare(self) -> None:
        await super().declare()
        if self.left:
            self.left -= 1
            await (await self.connect()).close_callbacks(None)


async def test_a_connection_that_is_lost_once_more_while_work_resumes_is_not_taken_for_resumed(
    broker_url: str,
) -> None:
    broker = LostOnceMore(broker_url, 1, "lost once more")
    await broker.connect()
    broker.watch(lambda _: None)

    with pytest.raises(BrokerAway):
        await broker.resume()
    await broker.resume()

    assert await asyncio.wait_for(broker.publishing(), WITHIN_S)
    await broker.close()


async def _count_until_open(service: Counting) -> int:
    """Counters that each have something to tell, one after the other, until the service is at work again."""
    now, number = service.runtime.clock.now(), 0
    while not service.runtime.gate.is_open:
        number += 1
        await service.counters.change(
            f"c-{number}", a_cause(number, now), lambda _: Change(Counter(), (a_driver_assigned(),))
        )
    return number


async def _holds(url: str, queue: str, messages: int) -> bool:
    async with await aio_pika.connect(url) as connection:
        declared = await (await connection.channel()).declare_queue(queue, passive=True)
        return declared.declaration_result.message_count == messages


async def _is(port: int, path: str, status: int) -> bool:
    return await answers(port, path) == status
