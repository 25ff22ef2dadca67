"""The gate: open while both servers can be reached. While it is closed, everything that needs them waits."""

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
    """Pauses a service while a server is away.

    `halt` stops the consumers and requeues their messages, `probe` tests both servers, `resume` starts again.
    Each may raise any error; then it is tried again after a back-off of 0.2 to 5 real seconds.
    """

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
        """Whether the service is at work."""
        return self._open.is_set()

    async def wait_until_open(self) -> None:
        """Wait until the service is at work."""
        await self._open.wait()

    def close(self, reason: str) -> None:
        """Stop consuming and start to probe. Has no effect while the gate is closed, and after `stop`."""
        if self._stopped or not self._open.is_set():
            return
        self._open.clear()
        metrics.PAUSED.labels(self._service).set(1)
        log.warning("service.paused", reason=reason)
        self._recovery = asyncio.create_task(self._recover(), name="recovery")

    async def stop(self) -> None:
        """Close for ever and cancel the recovery; a repeat changes nothing."""
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
        await self._try(self._halt)  # half resumed, it would take in messages that it cannot handle
        return False

    async def _try(self, step: Step) -> bool:
        try:
            await step()
        except Away as error:
            log.info("service.still_paused", error=error.what, cause=type(error.__cause__).__name__)
            return False
        except Exception as error:  # noqa: BLE001  any error: try again
            log.warning("service.still_paused", error=repr(error))
            return False
        return True
