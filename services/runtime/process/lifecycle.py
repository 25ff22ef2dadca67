"""The life of a service process: start, run until a signal, and drain within a deadline."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from time import monotonic

import structlog
import uvloop

from services.runtime.errors import Away, GancangError
from services.runtime.messaging.acks import Acks
from services.runtime.messaging.broker import Broker
from services.runtime.process import health, logging
from services.runtime.process.runtime import Build, Runtime
from services.runtime.process.settings import RuntimeSettings
from services.runtime.process.start import connect, start
from services.runtime.storage import database
from services.runtime.tasks import cancel_and_wait

POLL_S = 0.05
COLLECT_AFTER = (50_000, 20, 50)  # objects; collections of the younger generation
log = structlog.get_logger()


def main(service: str, build: Build) -> None:
    """Run a service until SIGTERM or SIGINT.

    Exit code 2 for a setting that is missing or invalid, 1 for a server that was lost during the start.
    """
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
        serving.cancel()  # it may wait for servers for ever; a failed start still raises its error
    with contextlib.suppress(asyncio.CancelledError):
        await serving


@contextlib.asynccontextmanager
async def running(service: str, build: Build, settings: RuntimeSettings) -> AsyncIterator[Runtime]:
    """Run a service inside the block; leaving it drains the service.

    Waits for the servers. `/livez` answers from the beginning; `/readyz` is 200 while messages are consumed.
    Raises `NotConfigured` for an invalid setting, and `DatabaseAway` or `BrokerAway` for a loss during the
    start.
    """
    broker = Broker(settings.broker_url(), settings.prefetch, f"gancang.{service}.{os.getpid()}")
    client = database.connect(settings.mongodb_uri.get_secret_value())
    ready: dict[str, Callable[[], bool]] = {"consuming": lambda: False, "broker": lambda: broker.is_connected}
    try:
        async with _health(settings, lambda: {name: holds() for name, holds in ready.items()}):
            acks = Acks(service)
            runtime = await connect(service, settings, broker, acks, database.database_of(client))
            tasks = await start(broker, acks, runtime, build)
            _relax_garbage_collector()
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


def _relax_garbage_collector() -> None:
    """Collect less often than after every 700 objects, which took a tenth of the CPU.

    Messages leave no cycles behind.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _drain(broker: Broker, acks: Acks, runtime: Runtime, within: float) -> None:
    """Take no further message, and finish those being handled, their confirms and their writes."""
    deadline = monotonic() + within
    await runtime.gate.stop()  # it would start consuming again
    await broker.stop_delivery()
    while acks.in_work() and monotonic() < deadline:  # noqa: ASYNC110  once, at the end
        await asyncio.sleep(POLL_S)
    await runtime.relay.wait_until_idle(max(0.1, deadline - monotonic()))
    for _, commit in runtime.stores:
        with contextlib.suppress(TimeoutError, GancangError):
            async with asyncio.timeout(max(0.1, deadline - monotonic())):
                await commit.wait_until_idle()


@contextlib.asynccontextmanager
async def _health(settings: RuntimeSettings, ready: health.Ready) -> AsyncIterator[None]:
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
