"""The start of a service: connect to the servers, build the application, start its consumers and workers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from services.runtime.clock import clock_from
from services.runtime.errors import Away
from services.runtime.messaging import speakers
from services.runtime.messaging.acks import Acks
from services.runtime.messaging.broker import Broker
from services.runtime.messaging.consumer import Consumer, ConsumerContext
from services.runtime.messaging.dead_letters import DeadLetters
from services.runtime.messaging.gate import Gate
from services.runtime.messaging.ladder import Ladder
from services.runtime.messaging.parking import Parking
from services.runtime.messaging.relay import Relay
from services.runtime.process.runtime import Application, Build, Runtime
from services.runtime.process.settings import RuntimeSettings
from services.runtime.route import Worker
from services.runtime.sealing import Sealer
from services.runtime.storage import database
from services.runtime.storage.sweeper import Sweeper
from services.runtime.storage.timers import TimerLoop

CONNECT_BACKOFF_S = 0.5
WORKER_BACKOFF_S = 1.0
log = structlog.get_logger()

R = TypeVar("R")


async def connect(
    service: str, settings: RuntimeSettings, broker: Broker, acks: Acks, store: database.Database
) -> Runtime:
    """Wait for both servers and declare the topology. Raises `NotConfigured`."""
    connection = await _retry_while_away(broker.connect)
    await _retry_while_away(lambda: database.probe(store, service))
    await _retry_while_away(broker.declare)

    async def probe() -> None:
        await broker.probe()
        await database.probe(store, service)

    async def halt() -> None:
        acks.forget()
        await broker.halt()

    gate = Gate(service, halt=halt, probe=probe, resume=broker.resume)
    broker.watch(gate.close)
    relay = Relay(service, settings.broker_user, broker.publishing)
    clock, sealer = clock_from(settings.clock), Sealer(settings.data_key, settings.old_data_keys)
    return Runtime(service, settings, clock, store, connection, relay, gate, sealer)


async def start(broker: Broker, acks: Acks, runtime: Runtime, build: Build) -> list[asyncio.Task[None]]:
    """Build the application and start it; returns the tasks of its workers, timers and sweepers.

    Raises what `build` raises, `NotConfigured`, and `DatabaseAway` or `BrokerAway` when a server is lost.
    """
    application = await build(runtime)
    await runtime.prepare()
    await _subscribe(broker, acks, runtime, application)
    tasks = _background(runtime, application)
    await broker.start_consuming()
    return tasks


async def _subscribe(broker: Broker, acks: Acks, runtime: Runtime, application: Application) -> None:
    settings, relay, gate = runtime.settings, runtime.relay, runtime.gate
    parking = Parking(relay, runtime.sealer, settings.broker_user)
    context = ConsumerContext(
        acks=acks,
        ladder=Ladder(relay, settings.broker_user),
        parking=parking,
        replies=runtime.replies,
        clock=runtime.clock,
        pause=gate.close,
        our_users=settings.our_users,
        speakers=speakers.load(settings.speakers),
    )
    for route in application.routes:
        broker.subscribe(route, Consumer(route, context))
    await DeadLetters(parking, settings.our_users, gate).start(runtime.connection)


def _background(runtime: Runtime, application: Application) -> list[asyncio.Task[None]]:
    workers: list[Worker] = list(application.workers)
    for table in application.timers:
        kind = table.aggregates.kind
        loop = TimerLoop(
            kind.name, runtime.database[kind.collection], table.fire, runtime.clock, runtime.gate
        )
        table.aggregates.watch_timers(loop.wake_at)
        workers.append(loop.run)
    for aggregates, _ in runtime.stores:
        workers.append(Sweeper(aggregates, runtime.database[aggregates.kind.collection], runtime.gate).run)
    return [asyncio.create_task(_keep_running(worker, runtime.gate)) for worker in workers]


async def _keep_running(worker: Worker, gate: Gate) -> None:
    while True:
        await gate.wait_until_open()
        try:
            await worker()
        except Away as error:
            gate.close(error.what)
        except Exception:
            log.exception("worker.failed")
            await asyncio.sleep(WORKER_BACKOFF_S)


async def _retry_while_away(step: Callable[[], Awaitable[R]]) -> R:
    while True:
        try:
            return await step()
        except Away as error:
            log.warning(
                "service.waiting",
                server=type(error).__name__,
                what=error.what,
                cause=type(error.__cause__).__name__,
            )
            await asyncio.sleep(CONNECT_BACKOFF_S)
