"""Fires the timers that live in aggregates: always "due or overdue", never "exactly now".

Firing is an ordinary conditional save by the service's own function, so two processes can't fire one timer twice.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from time import monotonic

import structlog

from services.runtime import metrics
from services.runtime.change import Document
from services.runtime.clock import Clock
from services.runtime.errors import Away
from services.runtime.messaging.gate import Gate
from services.runtime.route import Fire
from services.runtime.storage.database import Collection, noticing_absence

BATCH = 200
POLL_S = 1.0  # real seconds: how late a timer that another process wrote may be
SHORTEST_SLEEP_S = 0.02
RETRY_S = 5.0
log = structlog.get_logger()


class TimerLoop:
    """Polls one collection, and wakes at once for what this process itself has set."""

    def __init__(self, kind: str, collection: Collection, fire: Fire, clock: Clock, gate: Gate) -> None:
        self._kind = kind
        self._collection = collection
        self._fire = fire
        self._clock = clock
        self._gate = gate
        self._next: datetime | None = None
        self._changed = asyncio.Event()
        self._not_before: dict[str, float] = {}
        self._just_fired: set[str] = set()

    def set(self, due: datetime) -> None:
        """A timer was written."""
        if self._next is None or due < self._next:
            self._next = due
            self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._gate.passed()
            try:
                fired = await self._fire_due()
            except Away as error:
                self._gate.close(error.what)
                continue
            if fired < BATCH:
                await self._sleep()

    async def _fire_due(self) -> int:
        self._next = None
        self._changed.clear()
        where: Document = {"next_due": {"$lte": self._clock.now()}}
        failed_lately = [key for key, until in self._not_before.items() if until > monotonic()]
        if failed_lately:  # they must not keep the others from being found
            where["_id"] = {"$nin": failed_lately}
        with noticing_absence(f"due {self._kind}"):
            due = (
                await self._collection.find(where, {"_id": 1}).sort("next_due", 1).limit(BATCH).to_list(BATCH)
            )
        ready = [row["_id"] for row in due]
        outcomes = await asyncio.gather(
            *(self._fire(aggregate_id) for aggregate_id in ready), return_exceptions=True
        )
        for aggregate_id, outcome in zip(ready, outcomes, strict=True):
            self._note(aggregate_id, outcome)
        self._just_fired = set(ready) if len(ready) == BATCH else set()
        for outcome in outcomes:
            if isinstance(outcome, Away):
                raise outcome
        return len(ready)

    def _note(self, aggregate_id: str, outcome: BaseException | None) -> None:
        if outcome is None:
            self._not_before.pop(aggregate_id, None)
            if (
                aggregate_id in self._just_fired
            ):  # still due: firing wrote nothing, and would write nothing again at once
                self._not_before[aggregate_id] = monotonic() + POLL_S
            metrics.TIMERS.labels(self._kind).inc()
        elif not isinstance(outcome, Away):
            self._not_before[aggregate_id] = monotonic() + RETRY_S
            log.error("timer.failed", kind=self._kind, aggregate=aggregate_id, exc_info=outcome)

    async def _sleep(self) -> None:
        while True:
            wait = POLL_S
            if self._next is not None:
                business = (self._next - self._clock.now()).total_seconds()
                wait = min(wait, max(business / self._clock.speed, SHORTEST_SLEEP_S))
            self._changed.clear()
            try:
                async with asyncio.timeout(wait):
                    await self._changed.wait()
            except TimeoutError:
                return
