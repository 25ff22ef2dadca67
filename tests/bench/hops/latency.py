"""Latency of ours: from the publish of an order to the arrival of its notification, idle and under load."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import aio_pika
import aiormq
import uvloop
from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic
from rich.console import Console
from rich.table import Table

from contracts.registry import Exchange
from services.runtime.messaging.publishing import Publisher
from tests.bench.hops.contestants import CONTESTANTS, Contestant
from tests.bench.hops.job import END, HOPS, TAKE_IN, order_id
from tests.bench.hops.programs.gancang import queue_of, request
from tests.bench.hops.rounds import environment_of
from tests.bench.hops.servers import Servers, servers
from tests.bench.hops.workers import Workers

WARM_UP, ALONE = 100, 300
ORDERS_FOR_RATE, ROUNDS_FOR_RATE, IN_FLIGHT = 5000, 3, 500
ARRIVES_WITHIN_S = 30.0
LOADS = (0.5, 0.8)


class Town:
    """Sends orders, and knows when the notification of each came.

    It runs on the same cores as what it measures, so it builds its messages beforehand and publishes them joined.
    """

    def __init__(self, channel: aiormq.Channel) -> None:
        self._publisher = Publisher(_always(channel))
        self._places = asyncio.Semaphore(0)
        self.due: dict[str, float] = {}
        self.took_ms: dict[str, float] = {}
        self.waited_for: dict[str, asyncio.Event] = {}

    async def hear(self, raw: DeliveredMessage) -> None:
        """A notification."""
        order = str((raw.header.properties.headers or {})["ce-subject"])
        self.took_ms[order] = (perf_counter() - self.due[order]) * 1000
        self._places.release()
        if order in self.waited_for:
            self.waited_for[order].set()

    async def one_at_a_time(self, first: int, orders: int) -> list[float]:
        """The next one is sent when the notification has come."""
        for number, message in enumerate(_messages(first, orders), start=first):
            arrived = self.waited_for[order_id(number)] = asyncio.Event()
            await self._send(number, message, perf_counter())
            await asyncio.wait_for(arrived.wait(), ARRIVES_WITHIN_S)
        return self._took(first, orders)

    async def flat_out(self, first: int, orders: int) -> float:
        """Orders a second when the next one is sent as soon as fewer than `IN_FLIGHT` are on their way."""
        messages, sending = _messages(first, orders), set()
        self._places = asyncio.Semaphore(IN_FLIGHT)
        began = perf_counter()
        for number, message in enumerate(messages, start=first):
            await asyncio.wait_for(self._places.acquire(), ARRIVES_WITHIN_S)
            sending.add(asyncio.create_task(self._send(number, message, perf_counter())))
        await asyncio.gather(*sending)
        await self._all_told(first, orders)
        return orders / (perf_counter() - began)

    async def at_rate(self, first: int, rate: float, seconds: float) -> list[float]:
        """Sent by the clock, whatever comes back; the time counts from when each was due, not from when it was sent."""
        orders = int(rate * seconds)
        messages = _messages(first, orders)
        began, sending = perf_counter(), set()
        for number, message in enumerate(messages):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - perf_counter()))
            sending.add(asyncio.create_task(self._send(first + number, message, due)))
        await asyncio.gather(*sending)
        await self._all_told(first, orders)
        return self._took(first, orders)

    async def _all_told(self, first: int, orders: int) -> None:
        async with asyncio.timeout(ARRIVES_WITHIN_S):
            while any(order_id(number) not in self.took_ms for number in range(first, first + orders)):
                await asyncio.sleep(0.01)

    async def _send(self, number: int, message: aio_pika.Message, due: float) -> None:
        """Returns when the broker has confirmed it."""
        self.due[order_id(number)] = due
        properties: Basic.Properties = message.properties
        await self._publisher.publish(Exchange.REQUESTS, TAKE_IN.type, message.body, properties)

    def _took(self, first: int, orders: int) -> list[float]:
        return sorted(self.took_ms[order_id(number)] for number in range(first, first + orders))


def measure(
    server: str, rate: float, seconds: float, processes: int, console: Console, json_file: Path | None
) -> None:
    """Measure, print, write."""
    contestant = CONTESTANTS["gancang-3" if processes > 1 else "gancang-1"]
    with (
        tempfile.TemporaryDirectory(prefix="gancang-hops-") as name,
        servers(server, Path(name) / "servers") as running,
    ):
        rows = uvloop.run(_measure(contestant, running, rate, seconds, Path(name) / "log", console))
    table = Table(
        title=f"three hops, milliseconds from publish to notification · {contestant.title} · {running.database}"
    )
    for column in ("load", "orders/s", "orders", "p50", "p95", "p99"):
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(
            row["load"],
            f"{row['rate']:.0f}",
            str(row["orders"]),
            *(f"{row[name]:.1f}" for name in ("p50", "p95", "p99")),
        )
    console.print(table)
    if json_file is not None:
        json_file.write_text(
            json.dumps(
                {"server": server, "database": running.database, "program": contestant.title, "loads": rows},
                indent=2,
            )
        )


async def _measure(
    contestant: Contestant, running: Servers, rate: float, seconds: float, log: Path, console: Console
) -> list[dict[str, Any]]:
    if not rate:
        rate = await _highest(contestant, running, log)
        console.print(
            f"highest rate: {rate:.0f} orders/s (median of {ROUNDS_FOR_RATE}), sent by one who waits for nothing else"
        )
    async with _town(contestant, running, log) as town:
        took = await town.one_at_a_time(WARM_UP, ALONE)
    rows = [_row("one at a time", 1000 / took[len(took) // 2], took)]
    for share in LOADS:
        async with _town(contestant, running, log) as town:
            rows.append(
                _row(f"{share:.0%}", rate * share, await town.at_rate(WARM_UP, rate * share, seconds))
            )
    return rows


async def _highest(contestant: Contestant, running: Servers, log: Path) -> float:
    """With the sender on the same cores, as in what follows."""
    rates = []
    for _ in range(ROUNDS_FOR_RATE):
        async with _town(contestant, running, log) as town:
            rates.append(await town.flat_out(WARM_UP, ORDERS_FOR_RATE))
    return sorted(rates)[ROUNDS_FOR_RATE // 2]


@asynccontextmanager
async def _town(contestant: Contestant, running: Servers, log: Path) -> AsyncIterator[Town]:
    """A broker and a database of its own, the program at work, and warm."""
    with (
        running.fresh() as urls,
        Workers(contestant.name, sys.executable, environment_of(urls, contestant), log) as workers,
    ):
        await asyncio.to_thread(workers.run, (*contestant.seed, "0"))
        for arguments in contestant.workers:
            workers.start(arguments)
        async with await aio_pika.connect(urls.amqp) as connection, await aiormq.connect(urls.amqp) as raw:
            channel = await connection.channel()
            town = Town(await raw.channel())
            await (await raw.channel(publisher_confirms=False)).basic_consume(END, town.hear, no_ack=True)
            for hop in HOPS.values():
                while not (
                    await channel.declare_queue(queue_of(hop), passive=True)
                ).declaration_result.consumer_count:
                    workers.check()
                    await asyncio.sleep(0.05)
            await town.one_at_a_time(0, WARM_UP)
            yield town


def _row(label: str, rate: float, took: list[float]) -> dict[str, Any]:
    return {"load": label, "rate": rate, "orders": len(took), **_percentiles(took)}


def _messages(first: int, orders: int) -> list[aio_pika.Message]:
    return [request(number) for number in range(first, first + orders)]


def _always(channel: aiormq.Channel) -> Callable[[], Awaitable[aiormq.Channel]]:
    async def get() -> aiormq.Channel:
        return channel

    return get


def _percentiles(took: list[float]) -> dict[str, float]:
    return {
        f"p{share}": round(took[min(len(took) - 1, len(took) * share // 100)], 2) for share in (50, 95, 99)
    }
