"""Whose letter is next: first attempts and others apart, and never two of one person at a time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from time import monotonic

from services.notifications.ports import Planned

SLOW_S = 3.0
SLOW_FOR_S = 300.0
SLOW_REMEMBERED = 1000
Waiting = tuple[Planned, float]


class Turns:
    """Within one lane of one process. `since` is the monotonic time at which a letter came."""

    def __init__(self) -> None:
        self._first: asyncio.Queue[Waiting] = asyncio.Queue()
        self._again: asyncio.Queue[Waiting] = asyncio.Queue()
        self._under_way: set[str] = set()
        self._behind: dict[str, deque[Waiting]] = {}
        self._slow: OrderedDict[str, float] = OrderedDict()

    def put(self, planned: Planned) -> None:
        """It waits for its turn."""
        self._queue_of(planned).put_nowait((planned, monotonic()))

    async def take(self, *, again: bool) -> Waiting:
        """The next one of whom no other is under way; call `done` for it."""
        queue = self._again if again else self._first
        while True:
            waiting = await queue.get()
            person = _person(waiting[0])
            if person not in self._under_way:
                self._under_way.add(person)
                return waiting
            self._behind.setdefault(person, deque()).append(waiting)

    def done(self, planned: Planned, took_s: float) -> None:
        """Its turn is over; the next of the same person may have his."""
        person = _person(planned)
        self._under_way.discard(person)
        if took_s >= SLOW_S:
            self._remember(person)
        behind = self._behind.get(person)
        if behind:
            following = behind.popleft()
            self._queue_of(following[0]).put_nowait(following)
        if not behind:
            self._behind.pop(person, None)

    def _queue_of(self, planned: Planned) -> asyncio.Queue[Waiting]:
        slow_until = self._slow.get(_person(planned), 0.0)
        return self._again if planned.notification.attempts or slow_until > monotonic() else self._first

    def _remember(self, person: str) -> None:
        self._slow[person] = monotonic() + SLOW_FOR_S
        self._slow.move_to_end(person)
        if len(self._slow) > SLOW_REMEMBERED:
            self._slow.popitem(last=False)


def _person(planned: Planned) -> str:
    return planned.contact.id if planned.contact is not None else planned.notification.id
