"""Whose letter is next in a lane."""

from __future__ import annotations

import asyncio

import pytest

from services.notifications.domain.attempts import Outcome, Result
from services.notifications.ports import Planned
from services.notifications.sending.fair_queue import SLOW_S, Turns
from services.runtime.change import Stored
from tests.support.builders import NOW
from tests.support.telling import PLAN, a_contact, a_notification

TRIED = a_notification().settled(Outcome(Result.UNAVAILABLE, "push"), NOW, PLAN, jitter=0)


def to(person: str, **changes: object) -> Planned:
    return Planned(
        changes.get("notification", a_notification()),
        Stored(f"customer:{person}", 1, a_contact()),
        kind="push",
    )


async def test_one_person_has_one_letter_under_way() -> None:
    turns = Turns()
    for planned in (first := to("c-1"), second := to("c-1"), other := to("c-2")):
        turns.put(planned)

    taken = [(await turns.take(again=False))[0] for _ in range(2)]
    turns.done(first, 0.1)
    last, _ = await turns.take(again=False)

    assert taken == [first, other]
    assert last is second


async def test_what_has_failed_before_waits_apart_from_first_attempts() -> None:
    turns = Turns()
    turns.put(to("c-1", notification=TRIED))
    turns.put(fresh := to("c-2"))

    taken, _ = await turns.take(again=False)
    failed, _ = await turns.take(again=True)

    assert taken is fresh
    assert failed.notification is TRIED


async def test_whoever_was_slow_no_longer_holds_up_first_attempts() -> None:
    turns = Turns()
    turns.put(slow := to("c-1"))
    await turns.take(again=False)
    turns.done(slow, SLOW_S)

    turns.put(to("c-1"))

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(turns.take(again=False), 0.01)
    assert (await turns.take(again=True))[0].contact == slow.contact


async def test_nothing_is_kept_of_persons_whose_turn_is_over() -> None:
    turns = Turns()
    for _ in range(3):
        turns.put(to("c-1"))
    for _ in range(3):
        planned, _ = await turns.take(again=False)
        turns.done(planned, 0.1)

    assert (turns._under_way, turns._behind) == (set(), {})
