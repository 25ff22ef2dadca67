"""Puts the topology on a broker over plain AMQP."""

from __future__ import annotations

import asyncio

import structlog
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity

from services.runtime.messaging.topology import QueueSpec, Topology, topology

LANES = 8
log = structlog.get_logger()


async def declare(connection: AbstractConnection) -> None:
    """Declare everything; the second time changes nothing. Without the right to, wait until somebody else has.

    Raises the broker's error when something exists with other arguments.
    """
    whole = topology()
    try:
        await _declare(connection, whole)
    except ChannelAccessRefused:
        log.info("topology.waiting")
        await _wait_for(connection, whole)


async def _declare(connection: AbstractConnection, whole: Topology) -> None:
    channel = await connection.channel()
    async with channel:
        for exchange in whole.exchanges:
            await channel.declare_exchange(
                exchange.name, exchange.type, durable=True, arguments=exchange.arguments
            )
    lanes = [whole.queues[start::LANES] for start in range(LANES)]
    await asyncio.gather(*(_declare_queues(connection, lane) for lane in lanes))


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
