"""Whose letter is next in a worker pool."""

from __future__ import annotations

import asyncio

import pytest

from services.notifications.domain.attempts import AttemptResult, Result
from services.notifications.domain.notification import Notification
from services.notifications.sending.fair_queue import SLOW_S, FairQueue
from services.notifications.sending.planner import SendPlan
from services.runtime.change import Stored
from tests.support.builders import NOW
from tests.support.telling import RETRIES, a_contact, a_notification

TRIED = a_notification().settled(AttemptResult(Result.UNAVAILABLE, "push"), NOW, RETRIES, jitter=0)


def to(person: str, notification: Notification | None = None) -> SendPlan:
    return SendPlan(
        notification or a_notification(),
        Stored(f"customer:{person}", 1, a_contact()),
        kind="push",
    )


async def test_one_person_has_one_letter_under_way() -> None:
    queue = FairQueue()
    for planned in (first := to("c-1"), second := to("c-1"), other := to("c-2")):
        queue.put(planned)

    taken = [(await queue.take(retries=False))[0] for _ in range(2)]
    queue.done(first, 0.1)
    last, _ = await queue.take(retries=False)

    assert taken == [first, other]
    assert last is second


async def test_retries_wait_apart_from_first_attempts() -> None:
    queue = FairQueue()
    queue.put(to("c-1", notification=TRIED))
    queue.put(fresh := to("c-2"))

    taken, _ = await queue.take(retries=False)
    failed, _ = await queue.take(retries=True)

    assert taken is fresh
    assert failed.notification is TRIED


async def test_a_person_who_was_slow_does_not_delay_first_attempts() -> None:
    queue = FairQueue()
    queue.put(slow := to("c-1"))
    await queue.take(retries=False)
    queue.done(slow, SLOW_S)

    queue.put(to("c-1"))

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(queue.take(retries=False), 0.01)
    assert (await queue.take(retries=True))[0].contact == slow.contact


async def test_nothing_is_kept_of_persons_without_a_letter() -> None:
    queue = FairQueue()
    for _ in range(3):
        queue.put(to("c-1"))
    for _ in range(3):
        planned, _ = await queue.take(retries=False)
        queue.done(planned, 0.1)

    assert (queue._under_way, queue._behind) == (set(), {})
