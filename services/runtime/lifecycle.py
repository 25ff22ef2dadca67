"""Starts a service, keeps it running, and drains it on SIGTERM within a deadline."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import TypeVar

import structlog
import uvloop

from services.runtime import database, health, logging
from services.runtime.acks import Acks
from services.runtime.broker import Broker
from services.runtime.clock import clock_from
from services.runtime.consumer import Consumer, Desk
from services.runtime.declaring import declare
from services.runtime.drain import Drain
from services.runtime.errors import Away, GancangError, NotConfigured
from services.runtime.gate import Gate
from services.runtime.ladder import Ladder
from services.runtime.parking import Parking
from services.runtime.relay import Relay
from services.runtime.runtime import Application, Runtime, Worker
from services.runtime.sealing import Sealer
from services.runtime.settings import RuntimeSettings
from services.runtime.sweeper import Sweeper
from services.runtime.timers import TimerLoop

CONNECT_BACKOFF_S = 0.5
WORKER_BACKOFF_S = 1.0
POLL_S = 0.05
log = structlog.get_logger()

R = TypeVar("R")
Build = Callable[[Runtime], Awaitable[Application]]


def main(service: str, build: Build) -> None:
    """Run one service until SIGTERM or SIGINT; exit code 2 for a setting that is missing or wrong."""
    try:
        settings = RuntimeSettings.load()
        logging.configure(settings.log, settings.log_level, service)
        uvloop.run(_until_signal(service, build, settings))
    except (NotConfigured, ValueError) as error:
        sys.stderr.write(f"{service}: {error}\n")
        raise SystemExit(2) from None


async def _until_signal(service: str, build: Build, settings: RuntimeSettings) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with running(service, build, settings):
        await stop.wait()
        log.info("service.draining")


@contextlib.asynccontextmanager
async def running(service: str, build: Build, settings: RuntimeSettings) -> AsyncIterator[Runtime]:
    """A service at work; drained on leaving."""
    broker = Broker(settings.broker_url(), settings.prefetch, f"gancang.{service}.{os.getpid()}")
    client = database.connect(settings.mongodb_uri.get_secret_value())
    store = database.database_of(client)
    connection = await _until_there(broker.connect)
    await _until_there(lambda: database.probe(store, service))
    await declare(connection)

    async def probe() -> None:
        await broker.probe()
        await database.probe(store, service)

    acks = Acks(service)

    async def halt() -> None:
        acks.forget()
        await broker.halt()

    gate = Gate(service, halt=halt, probe=probe, resume=broker.resume)
    relay = Relay(service, settings.broker_user, broker.publishing)
    runtime = Runtime(service, settings, clock_from(settings.clock), store, connection, relay, gate, Sealer(settings.data_key))
    application = await build(runtime)
    await runtime.prepare()
    await _subscribe(broker, acks, runtime, application)
    tasks = _background(runtime, application)
    await broker.start_consuming()
    log.info("service.ready", pid=os.getpid())
    try:
        async with _healthy(settings, lambda: {"consuming": gate.is_open, "broker": not connection.is_closed}):
            yield runtime
    finally:
        await _drain(broker, acks, runtime, settings.drain_s)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await gate.stop()
        await broker.close()
        client.close()


async def _subscribe(broker: Broker, acks: Acks, runtime: Runtime, application: Application) -> None:
    settings, relay, gate = runtime.settings, runtime.relay, runtime.gate
    parking = Parking(relay, runtime.sealer, settings.broker_user)
    ladder = Ladder(relay, settings.broker_user)
    desk = Desk(acks, ladder, parking, runtime.answers, runtime.clock, gate.close, settings.our_users)
    for route in application.routes:
        broker.subscribe(route, Consumer(route, desk))
    await Drain(parking, settings.our_users, gate.close).start(runtime.connection)


def _background(runtime: Runtime, application: Application) -> list[asyncio.Task[None]]:
    workers: list[Worker] = list(application.workers)
    for table in application.timers:
        kind = table.aggregates.kind
        loop = TimerLoop(kind.name, runtime.database[kind.collection], table.fire, runtime.clock, runtime.gate)
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
    with contextlib.suppress(Exception):
        await broker.stop_delivery()
    while acks.in_work() and monotonic() < deadline:  # noqa: ASYNC110  a drain is no hot path
        await asyncio.sleep(POLL_S)
    await runtime.relay.drained(max(0.1, deadline - monotonic()))
    for _, commit in runtime.kept:
        with contextlib.suppress(TimeoutError, GancangError):
            await asyncio.wait_for(commit.drained(), max(0.1, deadline - monotonic()))


async def _until_there(step: Callable[[], Awaitable[R]]) -> R:
    while True:
        try:
            return await step()
        except Away as error:
            log.warning("service.waiting", server=type(error).__name__, what=error.what)
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
