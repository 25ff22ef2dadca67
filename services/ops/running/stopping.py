"""Service processes until Ctrl-C or SIGTERM, or until one of them dies."""

from __future__ import annotations

import asyncio
import signal

from services.ops.errors import CommandError
from services.ops.running.service_processes import Children, known_services

WATCH_EVERY_S = 0.2
ALL = "all"


class UnknownServiceError(CommandError):
    """No such service."""

    def __init__(self, name: str) -> None:
        """Name it and those that there are."""
        super().__init__(f"no such service: {name} (there are {', '.join(known_services())}, and {ALL})")
        self.name = name


def chosen(names: list[str]) -> tuple[str, ...]:
    """The services meant, each once. Raises UnknownServiceError."""
    there = known_services()
    for name in names:
        if name not in there and name != ALL:
            raise UnknownServiceError(name)
    return there if ALL in names else tuple(dict.fromkeys(names))


def stopping() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set from now on, instead of ending us."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def until_stopped(children: Children, stop: asyncio.Event) -> None:
    """Watch them. Raises ChildDiedError when one ends by itself."""
    while not stop.is_set():
        children.check()
        try:
            async with asyncio.timeout(WATCH_EVERY_S):
                await stop.wait()
        except TimeoutError:
            continue
