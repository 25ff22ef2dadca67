"""A store in memory for real handlers: each read and write waits for its turn."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from contracts.message import Message, derived_id
from contracts.registry import TYPE_OF
from services.runtime.change import MAX_CONFLICTS, Cause, Stored
from services.runtime.errors import Conflict, Vanished
from services.runtime.messaging.outbox import event_of, reply_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from contracts.values import Value
    from services.runtime.change import Change, Decide, Document
    from services.runtime.clock import Clock
    from services.runtime.storage.kind import Kind

    Publish = Callable[[Message[Value]], None]

S = TypeVar("S")


class Turns:
    """Tasks that wait to read or write, in the order of arrival."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def waiting(self) -> list[asyncio.Future[None]]:
        """Those whose task still lives."""
        self._waiting = [turn for turn in self._waiting if not turn.done()]
        return self._waiting

    async def wait(self) -> None:
        """Return when it is this task's turn."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn


class NoTurns(Turns):
    """Nobody waits."""

    async def wait(self) -> None:
        return


class Memory(Generic[S]):
    """The `Store` of one kind, encoded and decoded as for the database; events go to `publish`.

    Each change is like that of a separate process: between its read and its write others may write, and
    then it decides again. `tests/integration/runtime/test_store.py` holds it to what MongoDB does.
    """

    def __init__(self, kind: Kind[S], turns: Turns, clock: Clock, publish: Publish) -> None:
        self.kind = kind
        self.documents: dict[str, Document] = {}
        self._turns = turns
        self._clock = clock
        self._publish = publish

    async def get(self, aggregate_id: str) -> Stored[S] | None:
        await self._turns.wait()
        return self.stored(aggregate_id)

    async def change(
        self, aggregate_id: str, cause: Cause, decide: Decide[S], *, expect_new: bool = False
    ) -> S | None:
        stored = None if expect_new else await self.get(aggregate_id)
        for _ in range(MAX_CONFLICTS):
            if stored is not None and stored.has_seen(cause):
                return None
            change = decide(stored.state if stored else None)
            if change is None:
                return None
            await self._turns.wait()
            if self._version(aggregate_id) == (stored.version if stored else 0):
                self._write(aggregate_id, stored, change, cause)
                return change.state
            if aggregate_id not in self.documents:
                raise Vanished(self.kind.name, aggregate_id)
            stored = await self.get(aggregate_id)
        raise Conflict(self.kind.name, aggregate_id)

    def stored(self, aggregate_id: str) -> Stored[S] | None:
        """What is there now."""
        document = self.documents.get(aggregate_id)
        if document is None:
            return None
        return Stored(
            aggregate_id,
            document["version"],
            self.kind.decode(document["state"]),
            history=list(document.get("history", [])),
            seen=document["seen"],
        )

    def states(self) -> dict[str, S]:
        """All of them."""
        return {each: self.kind.decode(document["state"]) for each, document in self.documents.items()}

    def due(self, now: datetime) -> list[str]:
        """Those with a timer that is due or overdue."""
        timers = {each: self.kind.timers(state) for each, state in self.states().items()}
        return [each for each, due in timers.items() if due and min(due.values()) <= now]

    def _version(self, aggregate_id: str) -> int:
        document = self.documents.get(aggregate_id)
        return 0 if document is None else int(document["version"])

    def _write(self, aggregate_id: str, stored: Stored[S] | None, change: Change[S], cause: Cause) -> None:
        version, now = (stored.version if stored else 0) + 1, self._clock.now()
        seen, history = (stored.seen, stored.history) if stored else ([], [])
        if cause.remembered:
            seen = [*seen, [cause.source, cause.id, cause.digest]]
        if change.clear_digests:
            seen = [[*entry[:2], ""] for entry in seen]
        if change.entry is not None:
            history = [*history, {"status": change.entry.status, "by": change.entry.by, "cause": cause.id}]
        self.documents[aggregate_id] = {
            "version": version,
            "state": self.kind.encode(change.state),
            "seen": _last(seen, self.kind.keep_seen),
            "history": _last(history, self.kind.keep_history),
        }
        for position, data in enumerate(change.events):
            event_id = derived_id(self.kind.name, aggregate_id, version, position)
            self._publish(
                event_of(
                    data, source=self.kind.source, event_id=event_id, now=now, cause=cause, sequence=version
                )
            )
        change.run_after_write()


class MemoryReplies:
    """Replies that go to `publish`."""

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


def _last(entries: list[Any], keep: int | None) -> list[Any]:
    return entries if keep is None else entries[-keep:]
