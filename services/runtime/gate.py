"""Open while the servers are there; closed, everything that needs them waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from services.runtime import metrics
from services.runtime.errors import Away

FIRST_BACKOFF_S = 0.2
LONGEST_BACKOFF_S = 5.0
log = structlog.get_logger()

Step = Callable[[], Awaitable[None]]


class Gate:
    """Closes when a server is away: consumers are cancelled, their messages go back, and it opens after a probe."""

    def __init__(self, service: str, *, halt: Step, probe: Step, resume: Step) -> None:
        self._service = service
        self._halt = halt
        self._probe = probe
        self._resume = resume
        self._open = asyncio.Event()
        self._open.set()
        self._recovery: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether work goes on."""
        return self._open.is_set()

    async def passed(self) -> None:
        """Wait until work goes on."""
        await self._open.wait()

    def close(self, reason: str) -> None:
        """Stop consuming and begin to probe; while that lasts, further calls change nothing."""
        if not self._open.is_set():
            return
        self._open.clear()
        metrics.PAUSED.labels(self._service).set(1)
        log.warning("service.paused", reason=reason)
        self._recovery = asyncio.create_task(self._recover(), name="recovery")

    async def stop(self) -> None:
        """Give up recovering."""
        if self._recovery is not None:
            self._recovery.cancel()
            await asyncio.gather(self._recovery, return_exceptions=True)

    async def _recover(self) -> None:
        await self._try(self._halt)
        backoff = FIRST_BACKOFF_S
        while not (await self._try(self._probe) and await self._try(self._resume)):
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, LONGEST_BACKOFF_S)
        metrics.PAUSED.labels(self._service).set(0)
        log.warning("service.resumed")
        self._open.set()

    async def _try(self, step: Step) -> bool:
        try:
            await step()
        except Away:
            return False
        except Exception as error:  # noqa: BLE001  whatever it is, we try again
            log.warning("service.still_paused", error=repr(error))
            return False
        return True
