"""Aggregates in memory under real handlers, where every read and write waits for its turn, so that anything can come between two."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from contracts.message import Message, derived_id
from contracts.registry import TYPE_OF
from services.runtime.change import Cause, Stored
from services.runtime.errors import Rejected
from services.runtime.messaging.outbox import event_of, reply_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from contracts.values import Value
    from services.runtime.change import Decide, Document
    from services.runtime.clock import Clock
    from services.runtime.storage.kind import Kind

    Publish = Callable[[Message[Value]], None]

S = TypeVar("S")


class Turns:
    """Who waits to read or write, in the order of arrival."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def waiting(self) -> list[asyncio.Future[None]]:
        """Those whose task still lives."""
        self._waiting = [turn for turn in self._waiting if not turn.done()]
        return self._waiting

    async def mine(self) -> None:
        """Return when it is this task's turn."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn


class Memory(Generic[S]):
    """One kind of aggregate; encoded and decoded as for the database, effects once per cause, events handed to `publish`."""

    def __init__(self, kind: Kind[S], turns: Turns, clock: Clock, publish: Publish) -> None:
        self.kind = kind
        self.documents: dict[str, Document] = {}
        self._turns = turns
        self._clock = clock
        self._publish = publish

    async def get(self, aggregate_id: str) -> Stored[S] | None:
        await self._turns.mine()
        return self.stored(aggregate_id)

    async def change(
        self, aggregate_id: str, cause: Cause, decide: Decide[S], *, expect_new: bool = False
    ) -> S | None:
        await self._turns.mine()
        stored = self.stored(aggregate_id)
        seen = stored.seen if stored else []
        if cause.remembered and _repeated(seen, cause):
            return None
        change = decide(stored.state if stored else None)
        if change is None:
            return None
        version = (stored.version if stored else 0) + 1
        marks = [*seen, [cause.source, cause.id, cause.digest]] if cause.remembered else seen
        marks = [[*mark[:2], ""] for mark in marks] if change.clear_digests else marks
        self.documents[aggregate_id] = {
            "version": version,
            "state": self.kind.encode(change.state),
            "seen": marks,
        }
        for position, data in enumerate(change.events):
            event_id = derived_id(self.kind.name, aggregate_id, version, position)
            now = self._clock.now()
            self._publish(
                event_of(
                    data, source=self.kind.source, event_id=event_id, now=now, cause=cause, sequence=version
                )
            )
        if change.after_write is not None:
            change.after_write()
        return change.state

    def stored(self, aggregate_id: str) -> Stored[S] | None:
        """What is there now."""
        document = self.documents.get(aggregate_id)
        if document is None:
            return None
        return Stored(
            aggregate_id, document["version"], self.kind.decode(document["state"]), seen=document["seen"]
        )

    def states(self) -> dict[str, S]:
        """All of them."""
        return {each: self.kind.decode(document["state"]) for each, document in self.documents.items()}

    def due(self, now: datetime) -> list[str]:
        """Those with a timer that is due or overdue."""
        timers = {each: self.kind.timers(state) for each, state in self.states().items()}
        return [each for each, due in timers.items() if due and min(due.values()) <= now]


class MemoryReplies:
    """Answers that leave no trace in an aggregate."""

    def __init__(self, service: str, clock: Clock, publish: Publish) -> None:
        self._service = service
        self._clock = clock
        self._publish = publish

    async def publish(self, data: Value, cause: Cause, *, sequence: int | None = None) -> None:
        event_id = reply_id(self._service, cause, TYPE_OF[type(data)])
        source, now = f"/gancang/{self._service}", self._clock.now()
        self._publish(
            event_of(data, source=source, event_id=event_id, now=now, cause=cause, sequence=sequence)
        )


def _repeated(seen: list[Any], cause: Cause) -> bool:
    for source, message_id, digest in seen:
        if (source, message_id) == (cause.source, cause.id):
            if digest and cause.digest and digest != cause.digest:
                raise Rejected("id_reused")
            return True
    return False
