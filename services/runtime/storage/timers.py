"""The timers of aggregates: fired when due or overdue, also when no process ran at that time.

Firing is an ordinary conditional write by a function of the service, so two processes cannot fire one timer
twice.
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
from services.runtime.storage.database import Collection, raising_database_away

BATCH = 200
POLL_S = 1.0  # real seconds; so late may a timer be that another process wrote
SHORTEST_SLEEP_S = 0.02
RETRY_S = 5.0
log = structlog.get_logger()


class TimerLoop:
    """Polls one collection for due timers, and wakes up in time for those that this process has written."""

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

    def wake_at(self, due: datetime) -> None:
        """Note that this process has written a timer."""
        if self._next is None or due < self._next:
            self._next = due
            self._changed.set()

    async def run(self) -> None:
        """Fire timers until cancelled."""
        while True:
            await self._gate.wait_until_open()
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
        if failed_lately:  # else they would hide the others
            where["_id"] = {"$nin": failed_lately}
        with raising_database_away(f"due {self._kind}"):
            due = (
                await self._collection.find(where, {"_id": 1}).sort("next_due", 1).limit(BATCH).to_list(BATCH)
            )
        ready = [row["_id"] for row in due]
        results = await asyncio.gather(
            *(self._fire(aggregate_id) for aggregate_id in ready), return_exceptions=True
        )
        for aggregate_id, result in zip(ready, results, strict=True):
            self._note(aggregate_id, result)
        self._just_fired = set(ready) if len(ready) == BATCH else set()
        for result in results:
            if isinstance(result, Away):
                raise result
        return len(ready)

    def _note(self, aggregate_id: str, result: BaseException | None) -> None:
        if result is None:
            self._not_before.pop(aggregate_id, None)
            # Still due: firing wrote nothing, and would write nothing again at once.
            if aggregate_id in self._just_fired:
                self._not_before[aggregate_id] = monotonic() + POLL_S
            metrics.TIMERS.labels(self._kind).inc()
        elif not isinstance(result, Away):
            self._not_before[aggregate_id] = monotonic() + RETRY_S
            log.error("timer.failed", kind=self._kind, aggregate=aggregate_id, exc_info=result)

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
