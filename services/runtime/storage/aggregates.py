"""Aggregates: one document and one atomic write for state, causes seen, timers and outgoing events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from services.runtime import metrics
from services.runtime.change import MAX_CONFLICTS, Cause, Change, Decide, Document, Stored
from services.runtime.clock import Clock
from services.runtime.errors import Conflict
from services.runtime.messaging.relay import Relay
from services.runtime.storage.group_commit import GroupCommit
from services.runtime.storage.group_load import GroupLoad
from services.runtime.storage.kind import Kind
from services.runtime.storage.locks import KeyedLocks
from services.runtime.storage.versions import outbox_of, version_after

S = TypeVar("S")

OnTimer = Callable[[datetime], None]


class Aggregates(Generic[S]):
    """The `Store` of one kind of aggregate in MongoDB."""

    def __init__(
        self, kind: Kind[S], load: GroupLoad, commit: GroupCommit, relay: Relay, clock: Clock
    ) -> None:
        self.kind = kind
        self._load = load
        self._commit = commit
        self._relay = relay
        self._clock = clock
        self._locks = KeyedLocks()
        self._on_timer: OnTimer | None = None

    def watch_timers(self, on_timer: OnTimer) -> None:
        """Call `on_timer` with the earliest due time of each aggregate that this process writes."""
        self._on_timer = on_timer

    async def get(self, aggregate_id: str) -> Stored[S] | None:
        """Read one. Raises `DatabaseAway`."""
        document = await self._load.get(aggregate_id)
        return None if document is None else self._stored(document)

    async def change(
        self, aggregate_id: str, cause: Cause, decide: Decide[S], *, expect_new: bool = False
    ) -> S | None:
        """Decide on the present state and write the change, once per cause (see `Store.change`).

        Raises what `decide` raises, `Rejected` (`id_reused`), `Conflict`, `Vanished`, `DatabaseAway`.
        """
        await self._relay.wait_for_capacity()
        async with self._locks(aggregate_id):
            stored = None if expect_new else await self.get(aggregate_id)
            for _ in range(MAX_CONFLICTS):
                if stored is not None and stored.has_seen(cause):
                    return None
                change = decide(stored.state if stored else None)
                if change is None:
                    return None
                try:
                    await self._write(aggregate_id, stored, change, cause)
                except Conflict:
                    metrics.CONFLICTS.labels(self.kind.name).inc()
                    stored = await self.get(aggregate_id)
                else:
                    return change.state
        raise Conflict(self.kind.name, aggregate_id)

    def mark_sent(self, aggregate_id: str, version: int, keys: set[str], *, complete: bool) -> None:
        """Remove outbox keys that the broker has confirmed.

        `complete`: no other event of the aggregate is unsent.
        """
        self._commit.mark(aggregate_id, version, keys, complete=complete)

    def resend(self, document: Document) -> None:
        """Publish the events that a crash or an outage left in the outbox of a document."""
        aggregate_id, version, outbox = document["_id"], document["version"], outbox_of(document)
        if outbox:
            self._relay.submit(self, aggregate_id, version, outbox)
        else:
            self._commit.mark(aggregate_id, version, set(), complete=True)

    async def _write(
        self, aggregate_id: str, stored: Stored[S] | None, change: Change[S], cause: Cause
    ) -> None:
        version = version_after(self.kind, aggregate_id, stored, change, cause, self._clock.now())
        unsent = [*(stored.outbox if stored else ()), *version.events]

        def committed() -> None:
            if unsent:
                self._relay.submit(self, aggregate_id, version.number, unsent)
            if self._on_timer is not None and version.next_due is not None:
                self._on_timer(version.next_due)
            change.run_after_write()

        await self._commit.save(aggregate_id, version.number - 1, version.written, committed)

    def _stored(self, document: Document) -> Stored[S]:
        return Stored(
            id=document["_id"],
            version=document["version"],
            state=self.kind.decode(document["state"]),
            history=document.get("history", []),
            outbox=outbox_of(document),
            seen=document.get("seen", []),
        )
