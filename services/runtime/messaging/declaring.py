"""Declares the topology on a broker, over plain AMQP."""

from __future__ import annotations

import asyncio

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity, ChannelPreconditionFailed

from services.runtime.errors import BrokerAway, NotConfigured
from services.runtime.messaging.publishing import CONNECTION_ERRORS
from services.runtime.messaging.topology import QueueSpec, Topology, topology

CONNECT_S = 5
CHANNELS = 8  # side by side: each declaration waits for the broker's reply
log = structlog.get_logger()


async def declare(connection: AbstractConnection) -> None:
    """Declare the topology; a repeat changes nothing.

    Without the permission, wait until another process has done it.

    Raises aiormq's `ChannelPreconditionFailed` when something exists with other arguments.
    """
    whole = topology()
    try:
        await _declare(connection, whole)
    except ChannelAccessRefused:
        log.info("topology.waiting")
        await _wait_for(connection, whole)


async def declare_apart(url: str, name: str) -> None:
    """Declare the topology on a separate connection: a robust one would repeat it at each reconnect.

    Raises `BrokerAway`, and `NotConfigured` when something exists with other arguments.
    """
    try:
        connection = await aio_pika.connect(
            url, timeout=CONNECT_S, client_properties={"connection_name": name}
        )
        async with connection:
            await declare(connection)
    except ChannelPreconditionFailed as error:
        raise NotConfigured(
            "the broker's topology", f"differs from ours, see topology check ({error})"
        ) from error
    except CONNECTION_ERRORS as error:
        raise BrokerAway("declare") from error


async def _declare(connection: AbstractConnection, whole: Topology) -> None:
    channel = await connection.channel()
    async with channel:
        for exchange in whole.exchanges:
            await channel.declare_exchange(
                exchange.name, exchange.type, durable=True, arguments=exchange.arguments
            )
    shares = [whole.queues[start::CHANNELS] for start in range(CHANNELS)]
    await asyncio.gather(*(_declare_queues(connection, share) for share in shares))


async def _declare_queues(connection: AbstractConnection, queues: tuple[QueueSpec, ...]) -> None:
    channel = await connection.channel()
    async with channel:
        for spec in queues:
            queue = await channel.declare_queue(spec.name, durable=True, arguments=spec.arguments)
            for exchange, key in spec.bindings:
                await queue.bind(exchange, key)


async def _wait_for(connection: AbstractConnection, whole: Topology) -> None:
    for queue in whole.queues:
        while not await _exists(connection, queue.name):  # noqa: ASYNC110  another process declares it
            await asyncio.sleep(1)


async def _exists(connection: AbstractConnection, name: str) -> bool:
    channel = await connection.channel()
    try:
        await channel.declare_queue(name, passive=True)
    except ChannelNotFoundEntity:
        return False
    await channel.close()
    return True
