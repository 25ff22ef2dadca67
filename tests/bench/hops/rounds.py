"""One round of one program: orders wait, its processes start, and the clock runs until all are done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel
from motor.motor_asyncio import AsyncIOMotorClient

from services.ops.embedded import ServerUrls
from services.ops.errors import CommandError
from services.ops.running.keys import fresh_keys
from services.runtime.storage.database import Database
from tests.bench.hops.contestants import Contestant
from tests.bench.hops.job import HOPS, order_id
from tests.bench.hops.servers import Servers
from tests.bench.hops.workers import Workers, cpu_of

READY_WITHIN_S = 60.0
STUCK_AFTER_S = 30.0
SETTLED_WITHIN_S = 10.0
START_POLL_S, END_POLL_S = 0.01, 0.05


class WrongResultError(CommandError):
    """A program was fast and wrong."""

    def __init__(self, name: str, what: str, said: str = "") -> None:
        super().__init__(f"{name}: {what} {said}".rstrip())


@dataclass(frozen=True, slots=True)
class Result:
    """What a round measured; CPU in milliseconds an order, by whose it is."""

    seconds: float
    orders: int
    program_ms: float
    broker_ms: float
    database_ms: float

    @property
    def rate(self) -> float:
        """Orders a second."""
        return self.orders / self.seconds


@dataclass(frozen=True, slots=True)
class Track:
    """What a round needs at hand."""

    contestant: Contestant
    servers: Servers
    workers: Workers
    channel: AbstractChannel
    orders: int

    async def ready_messages(self, queue: str) -> int:
        """Messages of a queue that are not delivered."""
        return (await self._passive(queue)).message_count or 0

    async def consumers(self, queue: str) -> int:
        """Consumers of a queue."""
        return (await self._passive(queue)).consumer_count or 0

    def spent(self) -> tuple[float, float, float]:
        """CPU seconds so far: program, broker, database."""
        return self.workers.cpu_s(), cpu_of(self.servers.broker_pid), cpu_of(self.servers.database_pid)

    async def _passive(self, queue: str) -> Any:
        return (await self.channel.declare_queue(queue, passive=True)).declaration_result


def environment_of(urls: ServerUrls, contestant: Contestant) -> dict[str, str]:
    """The variables of a program's processes."""
    level = "WARNING" if "logs" in contestant.without else "INFO"
    return {**urls.environment(), **fresh_keys(), "GANCANG_LOG": "json", "GANCANG_LOG_LEVEL": level}


async def play(contestant: Contestant, servers: Servers, orders: int, python: str, log: Path) -> Result:
    """Seed, start, wait for the last order at its end, and check every document. Raises CommandError."""
    with (
        servers.fresh() as urls,
        Workers(contestant.name, python, environment_of(urls, contestant), log) as workers,
    ):
        await asyncio.to_thread(workers.run, (*contestant.seed, str(orders)))
        async with await aio_pika.connect(urls.amqp) as connection:
            track = Track(contestant, servers, workers, await connection.channel(), orders)
            return await _run(track, urls)


async def _run(track: Track, urls: ServerUrls) -> Result:
    await _start(track)
    began, before = monotonic(), track.spent()
    await _until_all_at_the_end(track)
    seconds, after = monotonic() - began, track.spent()
    await _check(track, urls)
    program, broker, database = (
        (late - early) * 1000 / track.orders for early, late in zip(before, after, strict=True)
    )
    return Result(seconds, track.orders, program, broker, database)


async def _start(track: Track) -> None:
    """Start the later hops first, then the first hop; return when the first order has been taken."""
    *later, first = track.contestant.workers
    for arguments in later:
        track.workers.start(arguments)
    if len(later) == len(HOPS) - 1:
        prefix = track.contestant.first.partition(".")[0]
        for name in list(HOPS)[1:]:
            await _until(track, partial(track.consumers, f"{prefix}.{name}"), READY_WITHIN_S, "started")
    track.workers.start(first)

    async def taken() -> bool:
        return await track.ready_messages(track.contestant.first) < track.orders

    await _until(track, taken, READY_WITHIN_S, "took an order")


async def _until(track: Track, holds: Callable[[], Awaitable[object]], within: float, what: str) -> None:
    deadline = monotonic() + within
    while not await holds():
        track.workers.check()
        if monotonic() > deadline:
            raise WrongResultError(track.contestant.name, f"not {what} within {within:.0f} s")
        await asyncio.sleep(START_POLL_S)


async def _until_all_at_the_end(track: Track) -> None:
    arrived, changed = -1, monotonic()
    while (now_there := await track.ready_messages(track.contestant.end)) < track.orders:
        track.workers.check()
        if now_there != arrived:
            arrived, changed = now_there, monotonic()
        elif monotonic() - changed > STUCK_AFTER_S:
            raise WrongResultError(
                track.contestant.name,
                f"only {arrived} of {track.orders} orders arrived",
                track.workers.last_lines(),
            )
        await asyncio.sleep(END_POLL_S)


async def _check(track: Track, urls: ServerUrls) -> None:
    """Check that every order was written, matched and notified once, and that no outbox has anything left."""
    client: Any = AsyncIOMotorClient(urls.mongodb)
    try:
        database = client.get_default_database()
        expected = {order_id(number) for number in range(track.orders)}
        for hop in HOPS.values():
            documents = await database[hop.collection].find({}, {"version": 1, "state": 1}).to_list(None)
            if {document["_id"] for document in documents} != expected or len(documents) != track.orders:
                raise WrongResultError(
                    track.contestant.name, f"{hop.collection}: {len(documents)} documents of {track.orders}"
                )
            if any(document["version"] != 1 or "state" not in document for document in documents):
                raise WrongResultError(
                    track.contestant.name, f"{hop.collection}: a document was written twice"
                )
        if track.contestant.outbox:
            await _until(track, lambda: _all_marked(database), SETTLED_WITHIN_S, "marked as sent")
    finally:
        client.close()
    if (there := await track.ready_messages(track.contestant.end)) != track.orders:
        raise WrongResultError(
            track.contestant.name, f"{there} messages at the end for {track.orders} orders"
        )


async def _all_marked(database: Database) -> bool:
    """Nothing of any outbox is unsent."""
    for hop in HOPS.values():
        if await database[hop.collection].count_documents({"unsent_since": {"$exists": True}}):
            return False
    return True
