"""Puts the topology on a broker over plain AMQP, and compares what is there with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import AMQPError, ChannelAccessRefused, ChannelNotFoundEntity

from services.runtime.topology import ExchangeSpec, QueueSpec, Topology, topology

LANES = 8
log = structlog.get_logger()

Compare = Callable[[AbstractChannel], Awaitable[None]]


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


async def differences(connection: AbstractConnection) -> list[str]:
    """One sentence for each exchange or queue that is missing or has other arguments."""
    whole = topology()
    found = [await _difference(connection, f"exchange {spec.name}", partial(_compare_exchange, spec)) for spec in whole.exchanges]
    found += [await _difference(connection, f"queue {spec.name}", partial(_compare_queue, spec)) for spec in whole.queues]
    return [sentence for sentence in found if sentence is not None]


async def _difference(connection: AbstractConnection, name: str, compare: Compare) -> str | None:
    """Compare on a channel of its own: the broker closes it when something is missing or different."""
    channel = await connection.channel()
    try:
        await compare(channel)
    except AMQPError as error:
        return f"{name}: {_what(error)}"
    await channel.close()
    return None


async def _compare_exchange(spec: ExchangeSpec, channel: AbstractChannel) -> None:
    await channel.declare_exchange(spec.name, passive=True)
    await channel.declare_exchange(spec.name, spec.type, durable=True, arguments=spec.arguments)


async def _compare_queue(spec: QueueSpec, channel: AbstractChannel) -> None:
    await channel.declare_queue(spec.name, passive=True)
    await channel.declare_queue(spec.name, durable=True, arguments=spec.arguments)


async def _declare(connection: AbstractConnection, whole: Topology) -> None:
    channel = await connection.channel()
    async with channel:
        for exchange in whole.exchanges:
            await channel.declare_exchange(exchange.name, exchange.type, durable=True, arguments=exchange.arguments)
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


def _what(error: AMQPError) -> str:
    return "is missing" if isinstance(error, ChannelNotFoundEntity) else f"differs ({error})"
