"""Sends claimed letters of one channel, beside the handlers: a slow channel delays no acknowledgement.

Slots are bounded: without one a notification waits in the database, where any process may claim it. Retries,
and people who were slow lately, have workers of their own, so that no first attempt waits behind them. A
result is saved while the worker already sends the next letter, so that many saves form one bulk write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from time import monotonic
from typing import TypeVar

import structlog

from services.notifications import metrics
from services.notifications.domain.attempts import AttemptResult, Result
from services.notifications.domain.notification import SUPERSEDED, Notification
from services.notifications.ports import Gate
from services.notifications.sending.fair_queue import FairQueue
from services.notifications.sending.notification_store import NotificationStore
from services.notifications.sending.planner import SendPlan
from services.notifications.sending.shared_limits import SharedLimits
from services.runtime.errors import Away
from services.runtime.route import Worker
from services.runtime.tasks import cancel_and_wait

FINISH_S = 5.0
MARGIN_S = 1.0
T = TypeVar("T")
Send = Callable[[SendPlan], Awaitable[AttemptResult]]
log = structlog.get_logger()


class WorkerPool:
    """`slots`: letters claimed and not yet settled.

    `within_s`: the longest that `send` takes, in real seconds.
    """

    def __init__(
        self,
        send: Send,
        store: NotificationStore,
        gate: Gate,
        limits: SharedLimits,
        *,
        slots: int,
        within_s: float,
    ) -> None:
        self._send = send
        self._store = store
        self._gate = gate
        self._limits = limits
        self._clock = limits.clock
        self._needs_s = within_s + MARGIN_S
        self._slots = slots
        self._queue = FairQueue()
        self._settling: set[asyncio.Task[None]] = set()

    def reserve(self, plan: SendPlan) -> SendPlan | None:
        """Take a slot and the letter's share of the limits; None, with nothing taken, if no slot is free."""
        if self._slots <= 0:
            return None
        self._slots -= 1
        return self._limits.take(plan)

    def release(self, plan: SendPlan) -> None:
        """Give both back unused."""
        self._slots += 1
        self._limits.give_back(plan)

    def submit(self, plan: SendPlan) -> None:
        """Send the letter in its slot, and save the result."""
        self._queue.put(plan)

    def workers(self, width: int) -> Sequence[Worker]:
        """`width` workers for first attempts, and half as many for retries."""
        return [self._work_first] * width + [self._work_retries] * max(1, width // 2)

    async def _work_first(self) -> None:
        await self._work(retries=False)

    async def _work_retries(self) -> None:
        await self._work(retries=True)

    async def _work(self, *, retries: bool) -> None:
        """Until cancelled; finishes the letter under way, so that a clean stop sends nothing again."""
        while True:
            plan, since = await self._queue.take(retries=retries)
            sending = asyncio.create_task(self._send_one(plan, since), name="send a notification")
            try:
                await asyncio.shield(sending)
            except asyncio.CancelledError:
                await self._finish(sending)
                raise

    async def _send_one(self, plan: SendPlan, since: float) -> None:
        """Send, and leave the saving to a task that gives the slot back."""
        began = monotonic()
        try:
            valid = await self._insist(lambda: self._still_valid(plan.notification, began - since))
            ours = None if valid is None else replace(plan, notification=valid)
            attempted = None if ours is None else await self._insist(lambda: self._send(ours))
        except BaseException:
            self.release(plan)
            raise
        finally:
            self._queue.done(plan, monotonic() - began)
        if valid is None or attempted is None:
            self.release(plan)
            return
        if attempted.result is not Result.SENT and not attempted.doubtful:
            self._limits.give_back(plan)
        settling = asyncio.create_task(self._settle(valid, attempted), name="settle a notification")
        self._settling.add(settling)
        settling.add_done_callback(self._settled)

    async def _settle(self, claim: Notification, attempted: AttemptResult) -> None:
        settled = await self._insist(lambda: self._store.settle(claim, attempted))
        metrics.ATTEMPTS.labels(attempted.channel, attempted.result).inc()
        log.info(
            "notification.attempted",
            notification=claim.id,
            order_id=claim.cause.order_id,
            template=claim.template,
            channel=attempted.channel,
            result=attempted.result.value,
            detail=attempted.detail,
            status=None if settled is None else settled.status.value,
        )

    def _settled(self, settling: asyncio.Task[None]) -> None:
        """If the save failed, the lease ends and the letter goes out again under the same id."""
        self._settling.discard(settling)
        self._slots += 1
        if not settling.cancelled() and (error := settling.exception()) is not None:
            log.error("notification.unsettled", error=type(error).__name__)

    async def _still_valid(self, claim: Notification, waited_s: float) -> Notification | None:
        """The claim, renewed if its rest is too short to send; None if it was lost or superseded."""
        if waited_s > MARGIN_S and await self._store.is_superseded(claim):
            await self._store.give_up(claim, SUPERSEDED)
            return None
        if claim.due is not None:
            left_s = (claim.due - self._clock.now()).total_seconds() / self._clock.speed
            if left_s >= self._needs_s:
                return claim
        return await self._store.renew(claim)

    async def _insist(self, work: Callable[[], Awaitable[T]]) -> T:
        """Repeat the work while the database is away: an unsaved result would be a second letter."""
        while True:
            try:
                return await work()
            except Away as error:
                self._gate.close(error.what)
                await self._gate.wait_until_open()

    async def _finish(self, sending: asyncio.Task[None]) -> None:
        await asyncio.wait({sending}, timeout=FINISH_S)
        await cancel_and_wait(sending)
        if self._settling:
            await asyncio.wait(set(self._settling), timeout=FINISH_S)
