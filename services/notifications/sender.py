"""Sends claimed notifications beside the handlers, so that a slow channel never holds an acknowledgement.

Places are bounded: without one a notification waits in the database, where any process may claim it. A worker sends one
letter at a time, so there are never more connections to a channel than workers; what came of it is saved while the worker
already sends the next, so that many saves form one bulk write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from services.notifications import metrics
from services.notifications.domain.notification import Notification, Outcome
from services.notifications.ledger import Ledger
from services.notifications.ports import Gate
from services.runtime.clock import Clock
from services.runtime.errors import Away

FINISH_S = 5.0
MARGIN_S = 1.0
T = TypeVar("T")
Deliver = Callable[[Notification], Awaitable[Outcome]]
log = structlog.get_logger()


class Sender:
    """`within_s`: the longest that `deliver` takes, in real seconds."""

    def __init__(self, deliver: Deliver, ledger: Ledger, gate: Gate, clock: Clock, *, places: int, within_s: float) -> None:
        self._deliver = deliver
        self._ledger = ledger
        self._gate = gate
        self._clock = clock
        self._needs_s = within_s + MARGIN_S
        self._places = asyncio.Semaphore(places)
        self._queue: asyncio.Queue[Notification] = asyncio.Queue()
        self._settling: set[asyncio.Task[None]] = set()

    async def reserve_now(self) -> bool:
        """Take a place, if there is one; never waits."""
        if self._places.locked():
            return False
        return await self._places.acquire()

    async def reserve(self) -> None:
        """Take a place, as soon as there is one."""
        await self._places.acquire()

    def release(self) -> None:
        """Give the place back unused."""
        self._places.release()

    def send(self, claimed: Notification) -> None:
        """Use the place that was taken."""
        self._queue.put_nowait(claimed)

    async def work(self) -> None:
        """Until cancelled; a letter under way is finished then, so that it is not sent again after a clean stop."""
        while True:
            claimed = await self._queue.get()
            sending = asyncio.create_task(self._send(claimed), name="send a notification")
            try:
                await asyncio.shield(sending)
            except asyncio.CancelledError:
                await self._finish(sending)
                raise

    async def _send(self, claimed: Notification) -> None:
        """Send, and leave the saving to a task that gives the place back."""
        try:
            valid = await self._insist(lambda: self._still_ours(claimed))
            outcome = None if valid is None else await self._insist(lambda: self._deliver(valid))
        except BaseException:
            self._places.release()
            raise
        if valid is None or outcome is None:
            self._places.release()
            return
        settling = asyncio.create_task(self._settle(valid, outcome), name="settle a notification")
        self._settling.add(settling)
        settling.add_done_callback(self._settled)

    async def _settle(self, sent: Notification, outcome: Outcome) -> None:
        settled = await self._insist(lambda: self._ledger.settle(sent, outcome))
        metrics.ATTEMPTS.labels(outcome.channel, outcome.result).inc()
        log.info(
            "notification.attempted",
            notification=sent.id,
            order_id=sent.cause.order_id,
            template=sent.template,
            channel=outcome.channel,
            result=outcome.result.value,
            detail=outcome.detail,
            status=None if settled is None else settled.status.value,
        )

    def _settled(self, settling: asyncio.Task[None]) -> None:
        """Where it could not be saved, the lease ends and the letter goes out again under the same id."""
        self._settling.discard(settling)
        self._places.release()
        if not settling.cancelled() and (error := settling.exception()) is not None:
            log.error("notification.unsettled", error=type(error).__name__)

    async def _still_ours(self, claimed: Notification) -> Notification | None:
        """The claim, if what is left of its lease covers the sending; else renewed; None if somebody else has it."""
        if claimed.due is not None:
            left_s = (claimed.due - self._clock.now()).total_seconds() / self._clock.speed
            if left_s >= self._needs_s:
                return claimed
        return await self._ledger.renew(claimed)

    async def _insist(self, step: Callable[[], Awaitable[T]]) -> T:
        """Do it, however long the database is away: an answer that is not saved would be a second letter."""
        while True:
            try:
                return await step()
            except Away as error:
                self._gate.close(error.what)
                await self._gate.passed()

    async def _finish(self, sending: asyncio.Task[None]) -> None:
        await asyncio.wait({sending}, timeout=FINISH_S)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        if self._settling:
            await asyncio.wait(set(self._settling), timeout=FINISH_S)
