"""Sends what was claimed for one channel, beside the handlers: a slow channel holds up no acknowledgement and no other lane.

Places are bounded: without one a notification waits in the database, where any process may claim it. What failed before, and
whoever was slow lately, has workers of its own, so that no first attempt waits behind them; a person has one letter under way
at a time. What came of a letter is saved while the worker already sends the next, so that many saves form one bulk write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from time import monotonic
from typing import TypeVar

import structlog

from services.notifications import metrics
from services.notifications.domain.attempts import Outcome, Result
from services.notifications.domain.notification import SUPERSEDED, Notification
from services.notifications.ports import Gate, Planned
from services.notifications.sending.fair_queue import Turns
from services.notifications.sending.notification_store import Ledger
from services.notifications.sending.shared_limits import Allowance
from services.runtime.errors import Away
from services.runtime.tasks import cancel_and_wait

FINISH_S = 5.0
MARGIN_S = 1.0
T = TypeVar("T")
Deliver = Callable[[Planned], Awaitable[Outcome]]
Overtaken = Callable[[Notification], Awaitable[bool]]
log = structlog.get_logger()


class Lane:
    """`places`: claimed and not yet sent; `within_s`: the longest that `deliver` takes, in real seconds."""

    def __init__(
        self,
        deliver: Deliver,
        overtaken: Overtaken,
        ledger: Ledger,
        gate: Gate,
        allowance: Allowance,
        *,
        places: int,
        within_s: float,
    ) -> None:
        self._deliver = deliver
        self._overtaken = overtaken
        self._ledger = ledger
        self._gate = gate
        self._allowance = allowance
        self._clock = allowance.clock
        self._needs_s = within_s + MARGIN_S
        self._places = places
        self._turns = Turns()
        self._settling: set[asyncio.Task[None]] = set()

    def reserve(self, planned: Planned) -> Planned | None:
        """Take a place and what the letter uses up, if there is one."""
        if self._places <= 0:
            return None
        self._places -= 1
        return self._allowance.take(planned)

    def release(self, planned: Planned) -> None:
        """Give both back unused."""
        self._places += 1
        self._allowance.give_back(planned)

    def send(self, planned: Planned) -> None:
        """Use the place that was taken."""
        self._turns.put(planned)

    def workers(self, width: int) -> Sequence[Callable[[], Awaitable[None]]]:
        """So many for first attempts, and half as many for the others."""
        return [self._work_first] * width + [self._work_again] * max(1, width // 2)

    async def _work_first(self) -> None:
        await self._work(again=False)

    async def _work_again(self) -> None:
        await self._work(again=True)

    async def _work(self, *, again: bool) -> None:
        """Until cancelled; a letter under way is finished then, so that it is not sent again after a clean stop."""
        while True:
            planned, since = await self._turns.take(again=again)
            sending = asyncio.create_task(self._send(planned, since), name="send a notification")
            try:
                await asyncio.shield(sending)
            except asyncio.CancelledError:
                await self._finish(sending)
                raise

    async def _send(self, planned: Planned, since: float) -> None:
        """Send, and leave the saving to a task that gives the place back."""
        began = monotonic()
        try:
            valid = await self._insist(lambda: self._still_true(planned.notification, began - since))
            ours = None if valid is None else replace(planned, notification=valid)
            outcome = None if ours is None else await self._insist(lambda: self._deliver(ours))
        except BaseException:
            self.release(planned)
            raise
        finally:
            self._turns.done(planned, monotonic() - began)
        if valid is None or outcome is None:
            self.release(planned)
            return
        if outcome.result is not Result.SENT and not outcome.doubtful:
            self._allowance.give_back(planned)
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
        self._places += 1
        if not settling.cancelled() and (error := settling.exception()) is not None:
            log.error("notification.unsettled", error=type(error).__name__)

    async def _still_true(self, claimed: Notification, waited_s: float) -> Notification | None:
        """The claim, if it lasts for the sending; else renewed. None if somebody else has it, or the order has moved on."""
        if waited_s > MARGIN_S and await self._overtaken(claimed):
            await self._ledger.give_up(claimed, SUPERSEDED)
            return None
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
        await cancel_and_wait(sending)
        if self._settling:
            await asyncio.wait(set(self._settling), timeout=FINISH_S)
