"""Whole rides through the three services, one process each: how many a second, and who spends the time.

    .venv/bin/python -m tests.bench.rides --rides 1000 --drivers 300

Drivers say yes and drive at once, so nothing but the services, broker, database and this client is waited for.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import uuid
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any

import aio_pika
import uvloop

from contracts.codec import binary_headers, body_of, parse, read
from contracts.registry import CONTRACTS, TYPE_OF
from contracts.requests.drivers import DriverDelivered, DriverOfferAccepted
from contracts.values import Value
from services.ops.children import Children
from services.ops.embedded import EmbeddedServers
from services.ops.embedded.ports import free_ports
from services.ops.keys import fresh_keys
from services.ops.readiness import all_ready
from services.runtime.clock import real_now
from tests.support.builders import (
    a_driver_registered,
    a_residence_attested,
    a_shift_started,
    an_order_requested,
)
from tests.support.outside import a_fresh_message

SERVICES = ("orders", "matching", "notifications")
SPREAD = 0.02  # degrees: about two kilometres around the station


class Client:
    """All the apps at once."""

    def __init__(self, exchange: Any) -> None:
        self._exchange = exchange
        self.completed: set[str] = set()
        self.eligible: set[str] = set()
        self.sent = 0

    async def send(self, data: Value) -> None:
        message = a_fresh_message(data)
        await self._exchange.publish(
            aio_pika.Message(
                body_of(data),
                headers=binary_headers(message),
                content_type="application/json",
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            ),
            TYPE_OF[type(data)],
        )

    async def hear(self, raw: Any) -> None:
        event = parse(read(raw.headers, raw.body, raw.content_type, real_now()))
        data = event.data
        match event.type:
            case "driver.eligibility_changed.v1":
                self.eligible.add(data.driver_id)
            case "offer.made.v1":
                await self.send(DriverOfferAccepted(driver_id=data.driver_id, offer_id=data.offer_id))
            case "order.driver_assigned.v1":
                await self.send(DriverDelivered(driver_id=data.driver_id, order_id=data.order_id))
            case "order.completed.v1" | "order.unserved.v1":
                self.completed.add(data.order_id)
            case "notification.sent.v1" | "notification.failed.v1":
                self.sent += 1


HEARD = (
    "driver.eligibility_changed.v1",
    "offer.made.v1",
    "order.driver_assigned.v1",
    "order.completed.v1",
    "order.unserved.v1",
)


def a_place(number: int) -> dict[str, float]:
    """Spread over the town, always the same for a number."""
    east, north = (number * 37 % 100) / 100 - 0.5, (number * 61 % 100) / 100 - 0.5
    return {"lat": -8.2106 + north * SPREAD, "lng": 114.3645 + east * SPREAD}


async def ride(url: str, rides: int, drivers: int) -> dict[str, float]:
    """Register everybody, then order all rides at once."""
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        client = Client(await channel.get_exchange("gancang.requests"))
        queue = await channel.declare_queue(f"app.bench.{uuid.uuid4().hex}", auto_delete=True)
        for name in HEARD:
            await queue.bind(CONTRACTS[name].exchange.value, name)
        await queue.consume(client.hear, no_ack=True)
        for number in range(drivers):
            await client.send(a_driver_registered(driver_id=f"d-{number}"))
        for number in range(drivers):
            await client.send(a_residence_attested(driver_id=f"d-{number}"))
            await client.send(a_shift_started(driver_id=f"d-{number}", place=a_place(number)))
        while len(client.eligible) < drivers:
            await asyncio.sleep(0.05)
        await asyncio.sleep(2)
        began = monotonic()
        await asyncio.gather(
            *(
                client.send(an_order_requested(order_id=f"o-{number}", pickup=a_place(number), dropoff=a_place(number + 50)))
                for number in range(rides)
            )
        )
        while len(client.completed) < rides and monotonic() - began < 300:
            await asyncio.sleep(0.05)
        return {"rides": len(client.completed), "seconds": monotonic() - began}


def cpu_of(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rides", type=int, default=1000)
    parser.add_argument("--drivers", type=int, default=300)
    parser.add_argument("--hold", type=float, default=0, help="seconds to wait before the load, to attach a profiler")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = stack.enter_context(EmbeddedServers(folder, disposable=True))
        environment = {**servers.urls.environment(), **fresh_keys(), "GANCANG_LOG": "json"}
        children = stack.enter_context(Children(environment, folder))
        started = [children.start(name, port=port) for name, port in zip(SERVICES, free_ports(3), strict=True)]
        asyncio.run(all_ready(started))
        pids = {child.name: child.process.pid for child in started} | {
            "broker": servers.rabbit.pid or 0,
            "database": servers.mongo.pid or 0,
        }
        print("pids", pids, flush=True)
        before = {name: cpu_of(pid) for name, pid in pids.items()}
        outcome = uvloop.run(ride(servers.urls.amqp, arguments.rides, arguments.drivers))
        spent = {name: cpu_of(pid) - before[name] for name, pid in pids.items()}
    print(f"{outcome['rides']} rides in {outcome['seconds']:.1f} s: {outcome['rides'] / outcome['seconds']:.1f} rides/s")
    for name, seconds in spent.items():
        print(f"{name:>14}  {seconds * 1000 / outcome['rides']:6.2f} ms CPU a ride")


if __name__ == "__main__":
    main()
