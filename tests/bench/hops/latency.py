"""Latency of ours: from the publish of an order to the arrival of its notification, idle and under load."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aio_pika
import aiormq
import uvloop
from rich.console import Console
from rich.table import Table

from tests.bench.hops.contestants import CONTESTANTS, Contestant
from tests.bench.hops.job import END, HOPS
from tests.bench.hops.programs.gancang import queue_of
from tests.bench.hops.rounds import environment_of
from tests.bench.hops.servers import Servers, servers
from tests.bench.hops.town import Town
from tests.bench.hops.workers import Workers

WARM_UP, ALONE = 100, 300
ORDERS_FOR_RATE, ROUNDS_FOR_RATE = 5000, 3
LOADS = (0.5, 0.8)


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
        title="three hops, milliseconds from publish to notification"
        f" · {contestant.title} · {running.database}"
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
        console.print(f"highest rate: {rate:.0f} orders/s (median of {ROUNDS_FOR_RATE}), sender not limited")
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
            heard = await raw.channel()
            assert isinstance(heard, aiormq.Channel)
            town = Town(heard)
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


def _percentiles(took: list[float]) -> dict[str, float]:
    return {
        f"p{share}": round(took[min(len(took) - 1, len(took) * share // 100)], 2) for share in (50, 95, 99)
    }
