"""Aggregates on real servers: races of two processes, and events that a crash left behind.

What any store promises is in `test_store.py`.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from contracts.events.matching import DriverEligibilityChanged
from services.runtime.change import Cause, Change
from services.runtime.clock import real_now
from services.runtime.errors import Vanished
from tests.support.counting import Counter, a_cause, count
from tests.support.eventually import eventually
from tests.support.outside import an_outside_app

if TYPE_CHECKING:
    from tests.integration.runtime.conftest import Counting

NOW = real_now()


async def test_twenty_racing_writers_in_two_processes_lose_nothing(
    counting: Counting, another: Counting
) -> None:
    writers = [counting, another] * 10

    await asyncio.gather(
        *(
            writer.counters.change("c-1", a_cause(number, NOW), count())
            for number, writer in enumerate(writers)
        )
    )

    stored = await counting.counters.get("c-1")
    assert stored is not None
    assert stored.state.n == stored.version == 20
    assert len(stored.history) == 20


async def test_one_cause_has_its_effect_once_in_two_processes(counting: Counting, another: Counting) -> None:
    wrote = await asyncio.gather(
        *(writer.counters.change("c-1", a_cause(1, NOW), count()) for writer in [counting, another] * 5)
    )

    stored = await another.counters.get("c-1")
    assert stored is not None
    assert stored.state.n == 1
    assert wrote.count(Counter(1)) == 1


async def test_a_thousand_saves_at_once_share_their_round_trips(counting: Counting) -> None:
    await asyncio.gather(
        *(counting.counters.change(f"c-{number}", a_cause(1, NOW), count()) for number in range(1000))
    )

    found = await counting.runtime.database["counters"].count_documents({"state.n": 1})
    assert found == 1000


async def test_a_document_that_cannot_be_written_takes_no_neighbour_along(counting: Counting) -> None:
    def poison(_: Counter | None) -> Change[Counter]:
        return Change(Counter(n=2**70))  # BSON knows 64 bits

    outcomes = await asyncio.gather(
        *(counting.counters.change(f"c-{number}", a_cause(1, NOW), count()) for number in range(20)),
        counting.counters.change("c-poison", a_cause(1, NOW), poison),
        return_exceptions=True,
    )

    assert outcomes[:20] == [Counter(1)] * 20
    assert isinstance(outcomes[20], OverflowError)


async def test_an_error_after_the_write_of_one_takes_no_neighbour_along(counting: Counting) -> None:
    def fail() -> None:
        raise LookupError

    def failing(_: Counter | None) -> Change[Counter]:
        return Change(Counter(1), after_write=fail)

    async with asyncio.timeout(20):
        written = await asyncio.gather(
            counting.counters.change("c-failing", a_cause(1, NOW), failing),
            *(counting.counters.change(f"c-{number}", a_cause(1, NOW), count()) for number in range(20)),
        )

    assert written == [Counter(1)] * 21


async def test_a_document_that_vanished_is_not_written_without_its_past(counting: Counting) -> None:
    await counting.counters.change("c-1", a_cause(1, NOW), count())
    collection = counting.runtime.database["counters"]
    await eventually(lambda: _outbox_is_empty(counting, "c-1"))
    await collection.delete_one({"_id": "c-1"})

    with pytest.raises(Vanished):
        await counting.counters._commit.save("c-1", 1, {"$set": {"version": 2}}, lambda: None)

    assert await collection.find_one({"_id": "c-1"}) is None


async def test_events_leave_in_the_order_of_their_sequence(counting: Counting, broker_url: str) -> None:
    async with an_outside_app(broker_url) as app:
        for number in range(50):
            await counting.counters.change("c-1", a_cause(number, NOW), count(events=2))

        await eventually(lambda: len(app.events) >= 100)

    assert [(event.sequence, event.data.order_id) for event in app.events[:100]] == [
        (version, f"e-{position}") for version in range(1, 51) for position in (0, 1)
    ]


async def test_the_outbox_ends_empty_and_nothing_is_marked_unsent(counting: Counting) -> None:
    await asyncio.gather(
        *(counting.counters.change(f"c-{n % 7}", a_cause(n, NOW), count(events=3)) for n in range(100))
    )

    async def left() -> int:
        count: int = await counting.runtime.database["counters"].count_documents(
            {"unsent_since": {"$exists": True}}
        )
        return count

    async def nothing_left() -> bool:
        return await left() == 0

    await eventually(nothing_left, within=20)
    for n in range(7):
        assert await _outbox_is_empty(counting, f"c-{n}")


async def test_what_a_crash_left_in_the_outbox_is_sent_under_the_same_id(
    counting: Counting, broker_url: str
) -> None:
    async with an_outside_app(broker_url) as app:
        await counting.counters.change("c-1", a_cause(1, NOW), count())
        first = await app.event("driver.released.v1")
        await eventually(lambda: _outbox_is_empty(counting, "c-1"))
        left_behind = {
            "exchange": "gancang.events",
            "type": "driver.released.v1",
            "headers": {
                "ce-specversion": "1.0",
                "ce-id": first.id,
                "ce-type": first.type,
                "ce-source": "/gancang/x",
            },
            "body": '{"driver_id": "n-1", "order_id": "again"}',
        }
        await counting.runtime.database["counters"].update_one(
            {"_id": "c-1"},
            {"$set": {"outbox.1-1": left_behind, "unsent_since": real_now() - timedelta(seconds=6)}},
        )

        again = await app.event("driver.released.v1", order_id="again")
        await eventually(lambda: _outbox_is_empty(counting, "c-1"))

    assert again.id == first.id


async def test_an_event_with_a_long_correlation_id_does_not_block_what_stands_behind_it(
    counting: Counting, broker_url: str
) -> None:
    long = Cause("app.test", "m-1", NOW, correlation_id="c" * 300)

    async with an_outside_app(broker_url) as app:
        await counting.counters.change("c-1", long, told_without_an_order)
        await counting.counters.change("c-1", a_cause(2, NOW), count())

        first = await app.event("driver.eligibility_changed.v1")
        await app.event("driver.released.v1")

    assert first.correlation_id == "c" * 300


async def test_a_timer_fires_once_in_two_processes_and_also_when_it_is_long_overdue(
    counting: Counting, another: Counting
) -> None:
    await counting.counters.change("c-1", a_cause(1, NOW), count(due=real_now() - timedelta(hours=3)))

    async def fired() -> bool:
        stored = await counting.counters.get("c-1")
        return stored is not None and stored.state.n == 2

    await eventually(fired)
    await eventually(lambda: bool(counting.fired or another.fired))
    stored = await counting.counters.get("c-1")
    assert stored is not None
    assert stored.state.n == 2
    assert stored.state.due is None


def told_without_an_order(counter: Counter | None) -> Change[Counter]:
    return Change(
        counter or Counter(n=1), (DriverEligibilityChanged(driver_id="d-7", eligible=True, reasons=[]),)
    )


async def _outbox_is_empty(counting: Counting, counter_id: str) -> bool:
    document = await counting.runtime.database["counters"].find_one({"_id": counter_id})
    return not document.get("outbox") and "unsent_since" not in document
