"""Latency of ours: from the publish of an order to the arrival of its notification, idle and under load."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
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
from services.runtime.publishing import Publisher
from tests.bench.hops.contestants import CONTESTANTS, Contestant
from tests.bench.hops.job import END, HOPS, TAKE_IN, order_id
from tests.bench.hops.programs.gancang import queue_of, request
from tests.bench.hops.rounds import environment_of, play
from tests.bench.hops.servers import Servers, servers
from tests.bench.hops.workers import Workers

WARM_UP, ALONE = 100, 300
ORDERS_FOR_RATE, ROUNDS_FOR_RATE = 2000, 3
ARRIVES_WITHIN_S = 30.0
LOADS = (0.5, 0.8)


class Town:
    """Sends orders, and knows when the notification of each came.

    It runs on the same cores as what it measures, so it builds its messages beforehand and publishes them joined.
    """

    def __init__(self, channel: aiormq.Channel) -> None:
        self._publisher = Publisher(_always(channel))
        self.due: dict[str, float] = {}
        self.took_ms: dict[str, float] = {}
        self.waited_for: dict[str, asyncio.Event] = {}

    async def hear(self, raw: DeliveredMessage) -> None:
        """A notification."""
        order = str((raw.header.properties.headers or {})["ce-subject"])
        self.took_ms[order] = (perf_counter() - self.due[order]) * 1000
        if order in self.waited_for:
            self.waited_for[order].set()

    async def one_at_a_time(self, first: int, orders: int) -> list[float]:
        """The next one is sent when the notification has come."""
        for number, message in enumerate(_messages(first, orders), start=first):
            arrived = self.waited_for[order_id(number)] = asyncio.Event()
            await self._send(number, message, perf_counter())
            await asyncio.wait_for(arrived.wait(), ARRIVES_WITHIN_S)
        return self._took(first, orders)

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
        async with asyncio.timeout(ARRIVES_WITHIN_S):
            while any(order_id(first + number) not in self.took_ms for number in range(orders)):
                await asyncio.sleep(0.05)
        return self._took(first, orders)

    async def _send(self, number: int, message: aio_pika.Message, due: float) -> None:
        """Returns when the broker has confirmed it."""
        self.due[order_id(number)] = due
        properties: Basic.Properties = message.properties
        await self._publisher.publish(Exchange.REQUESTS, TAKE_IN.type, message.body, properties)

    def _took(self, first: int, orders: int) -> list[float]:
        return sorted(self.took_ms[order_id(number)] for number in range(first, first + orders))


def measure(server: str, rate: float, seconds: float, processes: int, console: Console, json_file: Path | None) -> None:
    """Measure, print, write."""
    contestant = CONTESTANTS["gancang-3" if processes > 1 else "gancang-1"]
    with tempfile.TemporaryDirectory(prefix="gancang-hops-") as name, servers(server, Path(name) / "servers") as running:
        rows = uvloop.run(_measure(contestant, running, rate, seconds, Path(name) / "log", console))
    table = Table(title=f"three hops, milliseconds from publish to notification · {contestant.title} · {running.database}")
    for column in ("load", "orders/s", "orders", "p50", "p95", "p99"):
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(row["load"], f"{row['rate']:.0f}", str(row["orders"]), *(f"{row[name]:.1f}" for name in ("p50", "p95", "p99")))
    console.print(table)
    if json_file is not None:
        json_file.write_text(
            json.dumps({"server": server, "database": running.database, "program": contestant.title, "loads": rows}, indent=2)
        )


async def _measure(
    contestant: Contestant, running: Servers, rate: float, seconds: float, log: Path, console: Console
) -> list[dict[str, Any]]:
    if not rate:
        results = [await play(contestant, running, ORDERS_FOR_RATE, sys.executable, log) for _ in range(ROUNDS_FOR_RATE)]
        rate = sorted(result.rate for result in results)[ROUNDS_FOR_RATE // 2]
        console.print(f"highest rate: {rate:.0f} orders/s (median of {ROUNDS_FOR_RATE})")
    rows = [await _loaded(contestant, running, log, lambda town: town.one_at_a_time(WARM_UP, ALONE), "one at a time", 0)]
    for share in LOADS:
        load = rate * share

        def run(town: Town, load: float = load) -> Awaitable[list[float]]:
            return town.at_rate(WARM_UP, load, seconds)

        rows.append(await _loaded(contestant, running, log, run, f"{share:.0%}", load))
    return rows


async def _loaded(
    contestant: Contestant, running: Servers, log: Path, run: Callable[[Town], Awaitable[list[float]]], label: str, rate: float
) -> dict[str, Any]:
    with running.fresh() as urls, Workers(contestant.name, sys.executable, environment_of(urls, contestant), log) as workers:
        await asyncio.to_thread(workers.run, (*contestant.seed, "0"))
        for arguments in contestant.workers:
            workers.start(arguments)
        async with await aio_pika.connect(urls.amqp) as connection, await aiormq.connect(urls.amqp) as raw:
            channel = await connection.channel()
            town = Town(await raw.channel())
            await (await raw.channel(publisher_confirms=False)).basic_consume(END, town.hear, no_ack=True)
            for hop in HOPS.values():
                while not (await channel.declare_queue(queue_of(hop), passive=True)).declaration_result.consumer_count:
                    workers.check()
                    await asyncio.sleep(0.05)
            await town.one_at_a_time(0, WARM_UP)
            took = await run(town)
    return {"load": label, "rate": rate or 1000 / took[len(took) // 2], "orders": len(took), **_percentiles(took)}


def _messages(first: int, orders: int) -> list[aio_pika.Message]:
    return [request(number) for number in range(first, first + orders)]


def _always(channel: aiormq.Channel) -> Callable[[], Awaitable[aiormq.Channel]]:
    async def get() -> aiormq.Channel:
        return channel

    return get


def _percentiles(took: list[float]) -> dict[str, float]:
    return {f"p{share}": round(took[min(len(took) - 1, len(took) * share // 100)], 2) for share in (50, 95, 99)}
