"""Messages between real handlers: in any order, several times, late, or again after a process died."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from services.runtime.errors import NotYet, Rejected

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from datetime import datetime
    from random import Random

    from contracts.message import Message
    from services.runtime.process.runtime import TimerTable
    from services.runtime.route import Route
    from tests.support.memory import Turns

LADDER = timedelta(seconds=60)
SETTLED_AFTER = 6
MOST_COPIES = 2


@dataclass
class Parcel:
    """A message for one handler.

    `since`: when it was delivered first. `copies`: how often it was delivered once more.
    """

    message: Message[Any]
    handle: Callable[[Message[Any]], Awaitable[None]]
    since: datetime | None = None
    copies: int = 0


@dataclass(frozen=True)
class Refusal:
    """What was answered with `request.rejected.v1`, or parked where it was no request."""

    type: str
    message_id: str
    code: str


class Post:
    """`bag`: what may be delivered now. `ladder`: what waits for something to become legal.

    `heard`: every event, once.
    """

    def __init__(self, turns: Turns, now: Callable[[], datetime]) -> None:
        self.bag: list[Parcel] = []
        self.ladder: list[Parcel] = []
        self.heard: dict[str, Message[Any]] = {}
        self.refused: list[Refusal] = []
        self._turns = turns
        self._now = now
        self._handlers: dict[str, list[Callable[[Message[Any]], Awaitable[None]]]] = {}
        self._running: dict[asyncio.Task[None], tuple[Parcel | None, int]] = {}

    def subscribe(self, routes: Iterable[Route]) -> None:
        """Deliver to these handlers."""
        for route in routes:
            for name, handler in route.handlers.items():
                self._handlers.setdefault(name, []).append(handler)

    def publish(self, message: Message[Any]) -> None:
        """A copy for every handler; an event that is published again is delivered again."""
        self.heard.setdefault(message.id, message)
        self.bag += [Parcel(message, handler) for handler in self._handlers.get(message.type, [])]

    @property
    def busy(self) -> bool:
        """Whether something can go on without the clock."""
        return bool(self.bag or self._running)

    async def deliver(self, number: int, process: int, *, again: bool = False) -> None:
        """Begin to handle a parcel, which stays in the bag to be delivered once more where `again`."""
        parcel = self.bag[number % len(self.bag)]
        if again and parcel.copies < MOST_COPIES:
            parcel.copies += 1
        else:
            self.bag.remove(parcel)
        await self.begin(parcel.handle(parcel.message), process, parcel)

    async def begin(self, work: Awaitable[None], process: int, parcel: Parcel | None = None) -> None:
        """Run until it waits for its first turn."""
        task = asyncio.ensure_future(work)
        self._running[task] = (parcel, process)
        await self._settle()

    async def go_on(self, number: int) -> None:
        """Let one who waits read or write."""
        waiting = self._turns.waiting
        if waiting:
            waiting[number % len(waiting)].set_result(None)
            await self._settle()

    async def rest(self, chance: Random, most: int = 10_000) -> None:
        """Let one after the other go on, until nobody can or so many have."""
        for _ in range(most):
            turns = len(self._turns.waiting)
            if not turns and not self.bag:
                return
            number = chance.randrange(turns + len(self.bag))
            await (
                self.go_on(number) if number < turns else self.deliver(number - turns, chance.randrange(2))
            )

    async def calm(self, chance: Random) -> None:
        """Rest, and what waits for something that comes with it too."""
        await self.rest(chance)
        waited = -1
        while waited != len(self.ladder):
            waited = len(self.ladder)
            self.look_again()
            await self.rest(chance)

    async def kill(self, process: int) -> None:
        """What it was doing is lost; its messages come again."""
        for task, (parcel, whose) in list(self._running.items()):
            if whose == process:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                del self._running[task]
                if parcel is not None:
                    self.bag.append(parcel)

    def look_again(self) -> None:
        """The ladder's time is over."""
        self.bag, self.ladder = [*self.bag, *self.ladder], []

    async def _settle(self) -> None:
        """Until everything that runs waits for its turn or is done."""
        before, same = -1, 0
        while same < SETTLED_AFTER:
            await asyncio.sleep(0)
            present = len(self._turns.waiting)
            same = same + 1 if present == before else 0
            before = present
        for task in [task for task in self._running if task.done()]:
            parcel, _ = self._running.pop(task)
            self._after(task, parcel)

    def _after(self, task: asyncio.Task[None], parcel: Parcel | None) -> None:
        try:
            task.result()
        except Rejected as refusal:
            assert parcel is not None, "a timer was refused"
            parcel.since = parcel.since or self._now()
            if isinstance(refusal, NotYet) and self._now() < parcel.since + LADDER:
                self.ladder.append(parcel)
            else:
                self.refused.append(Refusal(parcel.message.type, parcel.message.id, refusal.code))


def fires(tables: Iterable[TimerTable]) -> Mapping[Any, Callable[[str], Awaitable[None]]]:
    """Which function fires the timers of which store."""
    return {table.aggregates: table.fire for table in tables}
