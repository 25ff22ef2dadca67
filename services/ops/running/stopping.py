"""Runs until Ctrl-C or SIGTERM, or until a service process dies."""

from __future__ import annotations

import asyncio
import signal

from services.ops.running.service_processes import ServiceProcesses

WATCH_EVERY_S = 0.2


def stop_requested() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set from now on, instead of ending us."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def until_stopped(processes: ServiceProcesses, stop: asyncio.Event) -> None:
    """Watch the processes until `stop` is set. Raises `ServiceDiedError` when one ends by itself."""
    while not stop.is_set():
        processes.check()
        try:
            async with asyncio.timeout(WATCH_EVERY_S):
                await stop.wait()
        except TimeoutError:
            continue
