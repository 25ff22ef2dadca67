"""Open while the servers are there; closed, everything that needs them waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from services.runtime import metrics
from services.runtime.errors import Away
from services.runtime.tasks import cancel_and_wait

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
        self._stopped = False

    @property
    def is_open(self) -> bool:
        """Whether work goes on."""
        return self._open.is_set()

    async def passed(self) -> None:
        """Wait until work goes on."""
        await self._open.wait()

    def close(self, reason: str) -> None:
        """Stop consuming and begin to probe; while that lasts, and after `stop`, further calls change nothing."""
        if self._stopped or not self._open.is_set():
            return
        self._open.clear()
        metrics.PAUSED.labels(self._service).set(1)
        log.warning("service.paused", reason=reason)
        self._recovery = asyncio.create_task(self._recover(), name="recovery")

    async def stop(self) -> None:
        """Close for good, without recovering: what waits for the servers is about to be cancelled."""
        self._stopped = True
        self._open.clear()
        if self._recovery is not None:
            await cancel_and_wait(self._recovery)

    async def _recover(self) -> None:
        await self._try(self._halt)
        backoff = FIRST_BACKOFF_S
        while not await self._back():
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, LONGEST_BACKOFF_S)
        metrics.PAUSED.labels(self._service).set(0)
        log.warning("service.resumed")
        self._open.set()

    async def _back(self) -> bool:
        if not await self._try(self._probe):
            return False
        if await self._try(self._resume):
            return True
        await self._try(self._halt)  # half resumed, it would take in messages that nothing can be done with
        return False

    async def _try(self, step: Step) -> bool:
        try:
            await step()
        except Away as error:
            log.info("service.still_paused", error=error.what, cause=type(error.__cause__).__name__)
            return False
        except Exception as error:  # noqa: BLE001  whatever it is, we try again
            log.warning("service.still_paused", error=repr(error))
            return False
        return True
