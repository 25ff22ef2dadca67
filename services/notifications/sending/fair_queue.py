"""Whose letter is next: first attempts apart from retries, and one letter under way for each person."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from time import monotonic

from services.notifications.sending.planner import SendPlan

SLOW_S = 3.0
SLOW_FOR_S = 300.0
SLOW_REMEMBERED = 1000
Waiting = tuple[SendPlan, float]
"""A letter, and the monotonic time at which it was queued."""


class FairQueue:
    """The queue of one worker pool in one process. A person who was slow lately waits with the retries."""

    def __init__(self) -> None:
        self._first: asyncio.Queue[Waiting] = asyncio.Queue()
        self._retries: asyncio.Queue[Waiting] = asyncio.Queue()
        self._under_way: set[str] = set()
        self._behind: dict[str, deque[Waiting]] = {}
        self._slow: OrderedDict[str, float] = OrderedDict()

    def put(self, plan: SendPlan) -> None:
        """Queue a letter."""
        self._queue_of(plan).put_nowait((plan, monotonic()))

    async def take(self, *, retries: bool) -> Waiting:
        """The next letter to a person who has none under way. Call `done` when it is over."""
        queue = self._retries if retries else self._first
        while True:
            waiting = await queue.get()
            person = _person(waiting[0])
            if person not in self._under_way:
                self._under_way.add(person)
                return waiting
            self._behind.setdefault(person, deque()).append(waiting)

    def done(self, plan: SendPlan, took_s: float) -> None:
        """The letter is no longer under way; the next one to the same person may go."""
        person = _person(plan)
        self._under_way.discard(person)
        if took_s >= SLOW_S:
            self._remember(person)
        behind = self._behind.get(person)
        if behind:
            following = behind.popleft()
            self._queue_of(following[0]).put_nowait(following)
        if not behind:
            self._behind.pop(person, None)

    def _queue_of(self, plan: SendPlan) -> asyncio.Queue[Waiting]:
        slow_until = self._slow.get(_person(plan), 0.0)
        return self._retries if plan.notification.attempts or slow_until > monotonic() else self._first

    def _remember(self, person: str) -> None:
        self._slow[person] = monotonic() + SLOW_FOR_S
        self._slow.move_to_end(person)
        if len(self._slow) > SLOW_REMEMBERED:
            self._slow.popitem(last=False)


def _person(plan: SendPlan) -> str:
    return plan.contact.id if plan.contact is not None else plan.notification.id
