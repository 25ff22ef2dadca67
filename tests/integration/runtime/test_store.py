"""What a `Store` promises, kept by MongoDB and by the memory of the unit tests alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pymongo
import pytest

from contracts.message import derived_id
from services.runtime.change import MAX_CONFLICTS, Change, Entry, timer_cause
from services.runtime.clock import real_now
from services.runtime.errors import Conflict, Rejected, Vanished
from tests.integration.runtime.stores import InMemory, InMongo, Subject
from tests.support.counting import COUNTER, Counter, a_cause, count
from tests.support.outside import an_outside_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from services.runtime.change import Decide
    from tests.integration.runtime.conftest import Counting

NOW = real_now()


@pytest.fixture
async def in_mongo(counting: Counting, broker_url: str, database_uri: str) -> AsyncIterator[InMongo]:
    with pymongo.MongoClient[dict[str, Any]](database_uri) as client:
        async with an_outside_app(broker_url) as app:
            yield InMongo(counting, app, client)


@pytest.fixture
def in_memory() -> InMemory:
    return InMemory()


@pytest.fixture(params=["in_memory", "in_mongo"])
def subject(request: pytest.FixtureRequest) -> Subject:
    found: Subject = request.getfixturevalue(request.param)
    return found


def interrupted(decide: Decide[Counter], interrupt: Callable[[], None], times: int = 1) -> Decide[Counter]:
    """The decision, and right after each of its first runs another process writes."""
    runs = []

    def decided(counter: Counter | None) -> Change[Counter] | None:
        runs.append(counter)
        if len(runs) <= times:
            interrupt()
        return decide(counter)

    return decided


async def test_a_change_returns_the_state_as_written(subject: Subject) -> None:
    written = await subject.store.change("c-1", a_cause(1, NOW), count())

    stored = await subject.store.get("c-1")
    assert stored is not None
    assert written == stored.state == Counter(1)
    assert (stored.id, stored.version) == ("c-1", 1)


async def test_where_nothing_was_decided_nothing_is_written(subject: Subject) -> None:
    assert await subject.store.change("c-1", a_cause(1, NOW), lambda _: None) is None

    assert await subject.store.get("c-1") is None


async def test_what_the_decision_raises_reaches_the_caller_and_nothing_is_written(subject: Subject) -> None:
    def refuse(_: Counter | None) -> Change[Counter]:
        raise Rejected("wrong_actor")

    with pytest.raises(Rejected, match="wrong_actor"):
        await subject.store.change("c-1", a_cause(1, NOW), refuse)

    assert await subject.store.get("c-1") is None


async def test_a_cause_that_comes_again_has_no_effect(subject: Subject) -> None:
    await subject.store.change("c-1", a_cause(1, NOW, "aaaa"), count())

    assert await subject.store.change("c-1", a_cause(1, NOW, "aaaa"), count()) is None

    assert subject.written("c-1") == 1


async def test_the_same_id_from_another_source_is_another_cause(subject: Subject) -> None:
    await subject.store.change("c-1", a_cause(1, NOW), count())

    written = await subject.store.change("c-1", replace(a_cause(1, NOW), source="app.other"), count())

    assert written == Counter(2)


async def test_another_body_under_a_known_id_is_rejected(subject: Subject) -> None:
    await subject.store.change("c-1", a_cause(1, NOW, "aaaa"), count())

    with pytest.raises(Rejected, match="id_reused"):
        await subject.store.change("c-1", a_cause(1, NOW, "bbbb"), count())


async def test_a_cause_that_is_not_remembered_has_its_effect_each_time(subject: Subject) -> None:
    forgotten = replace(a_cause(1, NOW), remembered=False)
    await subject.store.change("c-1", forgotten, count())

    written = await subject.store.change("c-1", forgotten, count())

    stored = await subject.store.get("c-1")
    assert stored is not None
    assert written == Counter(2)
    assert stored.seen == []


async def test_a_strangers_message_that_looks_like_our_timer_does_not_stop_it(subject: Subject) -> None:
    own = timer_cause("counter", "c-1", NOW)
    await subject.store.change("c-1", replace(own, remembered=True), count())

    assert await subject.store.change("c-1", own, count()) == Counter(2)


async def test_after_a_conflict_it_decides_again_on_what_the_other_wrote(subject: Subject) -> None:
    await subject.store.change("c-1", a_cause(1, NOW), count())
    other = interrupted(count(), lambda: subject.write_in_between("c-1", 41))

    written = await subject.store.change("c-1", a_cause(2, NOW), other)

    stored = await subject.store.get("c-1")
    assert stored is not None
    assert written == stored.state == Counter(42)
    assert stored.version == 3


async def test_two_that_create_the_same_at_once_are_a_conflict_too(subject: Subject) -> None:
    other = interrupted(count(), lambda: subject.write_in_between("c-1", 41))

    assert await subject.store.change("c-1", a_cause(1, NOW), other) == Counter(42)


async def test_when_the_other_has_handled_the_same_cause_there_is_no_second_effect(subject: Subject) -> None:
    cause = a_cause(1, NOW)
    other = interrupted(count(), lambda: subject.write_in_between("c-1", 1, seen=cause))

    assert await subject.store.change("c-1", cause, other) is None

    assert subject.written("c-1") == 1


async def test_who_meets_only_conflicts_gives_up(subject: Subject) -> None:
    other = interrupted(count(), lambda: subject.write_in_between("c-1", 0), times=MAX_CONFLICTS)

    with pytest.raises(Conflict):
        await subject.store.change("c-1", a_cause(1, NOW), other)

    assert subject.written("c-1") == 0


async def test_what_vanished_before_it_was_written_does_not_come_back_without_its_past(
    subject: Subject,
) -> None:
    await subject.store.change("c-1", a_cause(1, NOW), count())
    gone = interrupted(count(), lambda: subject.delete("c-1"))

    with pytest.raises(Vanished):
        await subject.store.change("c-1", a_cause(2, NOW), gone)

    assert subject.written("c-1") is None


async def test_a_new_one_is_expected_without_being_read(subject: Subject) -> None:
    assert await subject.store.change("c-1", a_cause(1, NOW), count(), expect_new=True) == Counter(1)


async def test_where_a_new_one_is_expected_and_one_is_there_it_decides_on_that(subject: Subject) -> None:
    await subject.store.change("c-1", a_cause(1, NOW), count())

    written = await subject.store.change("c-1", a_cause(2, NOW), count(), expect_new=True)

    assert written == Counter(2)


async def test_where_a_new_one_is_expected_a_repeat_is_found_all_the_same(subject: Subject) -> None:
    await subject.store.change("c-1", a_cause(1, NOW), count(), expect_new=True)

    assert await subject.store.change("c-1", a_cause(1, NOW), count(), expect_new=True) is None

    assert subject.written("c-1") == 1


async def test_events_are_published_in_order_under_ids_that_a_repeat_would_have_too(subject: Subject) -> None:
    for number in (1, 2, 3):
        await subject.store.change("c-1", a_cause(number, NOW), count(events=2))

    events = await subject.published(6)

    order = [(version, position) for version in (1, 2, 3) for position in (0, 1)]
    assert [event.id for event in events] == [derived_id("counter", "c-1", *place) for place in order]
    assert [(event.sequence, event.data.order_id) for event in events] == [
        (version, f"e-{position}") for version, position in order
    ]
    assert [event.causation_id for event in events] == [f"m-{version}" for version, _ in order]


async def test_the_events_of_a_lost_try_are_not_published(subject: Subject) -> None:
    await subject.store.change("c-1", a_cause(1, NOW), count(events=0))
    other = interrupted(count(), lambda: subject.write_in_between("c-1", 41))

    await subject.store.change("c-1", a_cause(2, NOW), other)
    await subject.store.change("c-2", a_cause(3, NOW), count())

    assert [event.data.driver_id for event in await subject.published(2)] == ["n-42", "n-1"]


async def test_after_write_runs_once_when_the_write_is_there(subject: Subject) -> None:
    found: list[int | None] = []

    await subject.store.change("c-1", a_cause(1, NOW), noting(lambda _: found.append(subject.written("c-1"))))

    assert found == [1]


async def test_after_write_does_not_run_for_a_lost_try(subject: Subject) -> None:
    noted: list[int] = []
    other = interrupted(noting(noted.append), lambda: subject.write_in_between("c-1", 41))

    await subject.store.change("c-1", a_cause(1, NOW), other)

    assert noted == [42]


async def test_after_write_does_not_run_for_a_repeat(subject: Subject) -> None:
    noted: list[int] = []
    await subject.store.change("c-1", a_cause(1, NOW), noting(noted.append))

    await subject.store.change("c-1", a_cause(1, NOW), noting(noted.append))

    assert noted == [1]


async def test_an_error_after_the_write_takes_nothing_back(subject: Subject) -> None:
    def fail(_: int) -> None:
        raise LookupError

    assert await subject.store.change("c-1", a_cause(1, NOW), noting(fail)) == Counter(1)

    assert await subject.store.change("c-1", a_cause(2, NOW), count()) == Counter(2)


async def test_digests_are_cleared_and_a_repeat_is_recognised_all_the_same(subject: Subject) -> None:
    await subject.store.change("c-1", a_cause(1, NOW, "aaaa"), count())
    await subject.store.change("c-1", a_cause(2, NOW, "bbbb"), clearing)

    stored = await subject.store.get("c-1")
    assert stored is not None
    assert [digest for _, _, digest in stored.seen] == ["", ""]
    assert await subject.store.change("c-1", a_cause(1, NOW, "cccc"), count()) is None


async def test_the_digest_of_what_creates_it_is_cleared_too(subject: Subject) -> None:
    await subject.store.change("c-1", a_cause(1, NOW, "aaaa"), clearing)

    stored = await subject.store.get("c-1")
    assert stored is not None
    assert stored.seen == [["app.test", "m-1", ""]]


async def test_history_tells_each_change_by_status_actor_and_cause(subject: Subject) -> None:
    by_hand = Change(Counter(9), entry=Entry("set", "ops"))
    await subject.store.change("c-1", a_cause(1, NOW), count())
    await subject.store.change("c-1", a_cause(2, NOW), lambda _: by_hand)
    await subject.store.change("c-1", a_cause(3, NOW), lambda _: Change(Counter(0)))

    stored = await subject.store.get("c-1")
    assert stored is not None
    assert [(line["status"], line["by"], line["cause"]) for line in stored.history] == [
        ("counted", "test", "m-1"),
        ("set", "ops", "m-2"),
    ]


async def test_a_long_lived_kind_keeps_the_last_causes_and_the_last_history(subject: Subject) -> None:
    store = subject.store_of(replace(COUNTER, name="short", keep_seen=3, keep_history=2))
    for number in range(1, 6):
        await store.change("c-1", a_cause(number, NOW), count())

    stored = await store.get("c-1")
    assert stored is not None
    assert [message_id for _, message_id, _ in stored.seen] == ["m-3", "m-4", "m-5"]
    assert [line["cause"] for line in stored.history] == ["m-4", "m-5"]
    assert await store.change("c-1", a_cause(1, NOW), count()) == Counter(6)


def noting(note: Callable[[int], None]) -> Decide[Counter]:
    """One more, and its number is noted when it is written."""

    def decide(counter: Counter | None) -> Change[Counter]:
        after = Counter((counter.n if counter else 0) + 1)
        return Change(after, after_write=lambda: note(after.n))

    return decide


def clearing(counter: Counter | None) -> Change[Counter]:
    return Change(counter or Counter(), clear_digests=True)
