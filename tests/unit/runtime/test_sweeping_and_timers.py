"""Two loops over a collection: what gets nowhere hides nothing else, and the loop does not spin."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from services.runtime.clock import SystemClock
from services.runtime.storage import sweeper, timers
from services.runtime.storage.sweeper import Sweeper
from services.runtime.storage.timers import TimerLoop
from tests.support.counting import COUNTER
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class FakeCollection:
    """Documents in their order; any query finds all, except those in `$nin`."""

    def __init__(self, count: int) -> None:
        self.ids = [f"c-{number}" for number in range(count)]
        self.finds = 0

    def find(self, where: dict[str, Any], *_: object) -> FakeCollection:
        self.finds += 1
        self._left_out = set(where.get("_id", {}).get("$nin", ()))
        return self

    def sort(self, *_: object) -> FakeCollection:
        return self

    def limit(self, _: int) -> FakeCollection:
        return self

    async def to_list(self, length: int) -> list[dict[str, Any]]:
        return [{"_id": key} for key in self.ids if key not in self._left_out][:length]


class FakeAggregates:
    """Notes what is sent again, without success."""

    kind = COUNTER

    def __init__(self) -> None:
        self.resent: list[str] = []

    def resend(self, document: dict[str, Any]) -> None:
        self.resent.append(document["_id"])


class FakeGate:
    """Always open."""

    async def wait_until_open(self) -> None:
        await asyncio.sleep(0)


@asynccontextmanager
async def at_work(loop: Sweeper | TimerLoop) -> AsyncIterator[None]:
    task = asyncio.create_task(loop.run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_cannot_be_sent_does_not_hide_what_can() -> None:
    aggregates, collection = FakeAggregates(), FakeCollection(sweeper.BATCH + 1)

    async with at_work(Sweeper(aggregates, collection, FakeGate())):  # type: ignore[arg-type]
        await eventually(lambda: f"c-{sweeper.BATCH}" in aggregates.resent, within=sweeper.INTERVAL_S * 2.5)

    assert aggregates.resent[: sweeper.BATCH] == collection.ids[: sweeper.BATCH]


async def test_timers_that_write_nothing_do_not_hide_the_others() -> None:
    fired: list[str] = []

    async def fire(aggregate_id: str) -> None:
        fired.append(aggregate_id)

    loop = TimerLoop("counter", FakeCollection(timers.BATCH + 1), fire, SystemClock(), FakeGate())  # type: ignore[arg-type]
    async with at_work(loop):
        await eventually(lambda: f"c-{timers.BATCH}" in fired, within=timers.POLL_S * 2)


async def test_timers_that_write_nothing_do_not_spin() -> None:
    collection = FakeCollection(timers.BATCH)

    async def fire(_: str) -> None:
        await asyncio.sleep(0)

    loop = TimerLoop("counter", collection, fire, SystemClock(), FakeGate())  # type: ignore[arg-type]
    async with at_work(loop):
        await asyncio.sleep(timers.POLL_S * 1.5)  # the time in which it might spin

    assert collection.finds <= 8
