"""Starts a service, keeps it running, and drains it on SIGTERM within a deadline."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import TypeVar

import structlog
import uvloop

from services.runtime.clock import clock_from
from services.runtime.errors import Away, GancangError
from services.runtime.messaging import speakers
from services.runtime.messaging.acks import Acks
from services.runtime.messaging.broker import Broker
from services.runtime.messaging.consumer import Consumer, ConsumerContext
from services.runtime.messaging.drain import Drain
from services.runtime.messaging.gate import Gate
from services.runtime.messaging.ladder import Ladder
from services.runtime.messaging.parking import Parking
from services.runtime.messaging.relay import Relay
from services.runtime.process import health, logging
from services.runtime.process.runtime import Application, Runtime
from services.runtime.process.settings import RuntimeSettings
from services.runtime.route import Worker
from services.runtime.sealing import Sealer
from services.runtime.storage import database
from services.runtime.storage.sweeper import Sweeper
from services.runtime.storage.timers import TimerLoop
from services.runtime.tasks import cancel_and_wait

CONNECT_BACKOFF_S = 0.5
WORKER_BACKOFF_S = 1.0
POLL_S = 0.05
COLLECT_AFTER = (50_000, 20, 50)  # objects; collections of the younger generation
log = structlog.get_logger()

R = TypeVar("R")
Build = Callable[[Runtime], Awaitable[Application]]


def main(service: str, build: Build) -> None:
    """Run one service until SIGTERM or SIGINT; exit code 2 for a setting that is missing or wrong, 1 for a server lost at the start."""
    try:
        settings = RuntimeSettings.load()
        logging.configure(settings.log, settings.log_level, service)
        uvloop.run(_until_signal(service, build, settings))
    except (GancangError, ValueError) as error:
        sys.stderr.write(f"{service}: {error}\n")
        raise SystemExit(1 if isinstance(error, Away) else 2) from None


async def _until_signal(service: str, build: Build, settings: RuntimeSettings) -> None:
    stop, started = asyncio.Event(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)

    async def serve() -> None:
        async with running(service, build, settings):
            started.set()
            await stop.wait()
            log.info("service.draining")

    serving, stopping = asyncio.create_task(serve()), asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not started.is_set():
        serving.cancel()  # it may wait for servers that never come; a start that failed by itself still says why
    with contextlib.suppress(asyncio.CancelledError):
        await serving


@contextlib.asynccontextmanager
async def running(service: str, build: Build, settings: RuntimeSettings) -> AsyncIterator[Runtime]:
    """A service at work; drained on leaving. `/livez` answers from the beginning, `/readyz` from the first message on."""
    broker = Broker(settings.broker_url(), settings.prefetch, f"gancang.{service}.{os.getpid()}")
    client = database.connect(settings.mongodb_uri.get_secret_value())
    ready: dict[str, Callable[[], bool]] = {"consuming": lambda: False, "broker": lambda: broker.is_connected}
    try:
        async with _healthy(settings, lambda: {name: holds() for name, holds in ready.items()}):
            runtime, acks = await _reach(service, settings, broker, database.database_of(client))
            tasks = await _start(broker, acks, runtime, build)
            _collect_seldom()
            ready["consuming"] = lambda: runtime.gate.is_open
            log.info("service.ready", pid=os.getpid())
            try:
                yield runtime
            finally:
                await _drain(broker, acks, runtime, settings.drain_s)
                await cancel_and_wait(*tasks)
    finally:
        await broker.close()
        client.close()


def _collect_seldom() -> None:
    """A message leaves no cycles behind, yet by default every 700 objects are searched for some: a tenth of our time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _reach(
    service: str, settings: RuntimeSettings, broker: Broker, store: database.Database
) -> tuple[Runtime, Acks]:
    """Wait for both servers, and put the topology there."""
    connection = await _until_there(broker.connect)
    await _until_there(lambda: database.probe(store, service))
    await _until_there(broker.declare)
    acks = Acks(service)

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
    return Runtime(service, settings, clock, store, connection, relay, gate, sealer), acks


async def _start(broker: Broker, acks: Acks, runtime: Runtime, build: Build) -> list[asyncio.Task[None]]:
    application = await build(runtime)
    await runtime.prepare()
    await _subscribe(broker, acks, runtime, application)
    tasks = _background(runtime, application)
    await broker.start_consuming()
    return tasks


async def _subscribe(broker: Broker, acks: Acks, runtime: Runtime, application: Application) -> None:
    settings, relay, gate = runtime.settings, runtime.relay, runtime.gate
    parking = Parking(relay, runtime.sealer, settings.broker_user)
    ladder = Ladder(relay, settings.broker_user)
    context = ConsumerContext(
        acks,
        ladder,
        parking,
        runtime.replies,
        runtime.clock,
        gate.close,
        settings.our_users,
        speakers.load(settings.speakers),
    )
    for route in application.routes:
        broker.subscribe(route, Consumer(route, context))
    await Drain(parking, settings.our_users, gate).start(runtime.connection)


def _background(runtime: Runtime, application: Application) -> list[asyncio.Task[None]]:
    workers: list[Worker] = list(application.workers)
    for table in application.timers:
        kind = table.aggregates.kind
        loop = TimerLoop(
            kind.name, runtime.database[kind.collection], table.fire, runtime.clock, runtime.gate
        )
        table.aggregates.watch_timers(loop.set)
        workers.append(loop.run)
    for aggregates, _ in runtime.kept:
        workers.append(Sweeper(aggregates, runtime.database[aggregates.kind.collection], runtime.gate).run)
    return [asyncio.create_task(_keep_running(worker, runtime.gate)) for worker in workers]


async def _keep_running(worker: Worker, gate: Gate) -> None:
    while True:
        await gate.passed()
        try:
            await worker()
        except Away as error:
            gate.close(error.what)
        except Exception:
            log.exception("worker.failed")
            await asyncio.sleep(WORKER_BACKOFF_S)


async def _drain(broker: Broker, acks: Acks, runtime: Runtime, within: float) -> None:
    deadline = monotonic() + within
    await runtime.gate.stop()  # it would start consuming again
    await broker.stop_delivery()
    while acks.in_work() and monotonic() < deadline:  # noqa: ASYNC110  a drain is no hot path
        await asyncio.sleep(POLL_S)
    await runtime.relay.drained(max(0.1, deadline - monotonic()))
    for _, commit in runtime.kept:
        with contextlib.suppress(TimeoutError, GancangError):
            async with asyncio.timeout(max(0.1, deadline - monotonic())):
                await commit.drained()


async def _until_there(step: Callable[[], Awaitable[R]]) -> R:
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


@contextlib.asynccontextmanager
async def _healthy(settings: RuntimeSettings, ready: health.Ready) -> AsyncIterator[None]:
    if not settings.http_port:
        yield
        return
    server = health.server(settings.http_host, settings.http_port, ready)
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
