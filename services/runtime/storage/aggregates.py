"""Aggregates: one document, one atomic write for state, effect-once mark, timers and outgoing events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from contracts.message import derived_id
from contracts.values import Value
from services.runtime import metrics
from services.runtime.change import Cause, Change, Decide, Document, Stored
from services.runtime.clock import Clock, real_now
from services.runtime.errors import Conflict, Rejected
from services.runtime.messaging.outbox import Outgoing, event_of
from services.runtime.messaging.relay import Relay
from services.runtime.storage.group_commit import GroupCommit
from services.runtime.storage.group_load import GroupLoad
from services.runtime.storage.locks import KeyedLocks
from services.runtime.storage.versions import first_version, next_version, outbox_of

S = TypeVar("S")
MAX_CONFLICTS = 20


@dataclass(frozen=True, slots=True)
class Kind(Generic[S]):
    """How a kind of aggregate is kept. Long-lived ones bound `seen` and `history`; TTL removes at `expires`."""

    name: str
    collection: str
    source: str
    encode: Callable[[S], Document]
    decode: Callable[[Document], S]
    timers: Callable[[S], Mapping[str, datetime]]
    expires: Callable[[S], datetime | None] = lambda _: None
    keep_seen: int | None = None
    keep_history: int | None = None
    indexes: Sequence[str] = ()


OnTimer = Callable[[datetime], None]


class Aggregates(Generic[S]):
    """All aggregates of one kind, as this process sees them."""

    def __init__(
        self, kind: Kind[S], load: GroupLoad, commit: GroupCommit, relay: Relay, clock: Clock
    ) -> None:
        self.kind = kind
        self._keep = {"seen": kind.keep_seen, "history": kind.keep_history}
        self._load = load
        self._commit = commit
        self._relay = relay
        self._clock = clock
        self._locks = KeyedLocks()
        self._on_timer: OnTimer | None = None

    def watch_timers(self, on_timer: OnTimer) -> None:
        """Tell `on_timer` of every due time that is written."""
        self._on_timer = on_timer

    async def get(self, aggregate_id: str) -> Stored[S] | None:
        """Read one. Raises `DatabaseAway`."""
        document = await self._load.get(aggregate_id)
        return None if document is None else self._stored(document)

    async def change(
        self, aggregate_id: str, cause: Cause, decide: Decide[S], *, expect_new: bool = False
    ) -> S | None:
        """Write what `decide` makes of the present state, once per cause; decide again after a conflict.

        Returns the state as written, or None: `decide` returned None, or this cause was handled before. `expect_new`
        saves the read of an aggregate that most likely does not exist. Raises what `decide` raises, `Rejected`
        (`id_reused`) for another body under a known id, `Conflict` after `MAX_CONFLICTS` tries, `DatabaseAway`.
        """
        await self._relay.room()
        async with self._locks(aggregate_id):
            stored = None if expect_new else await self.get(aggregate_id)
            for _ in range(MAX_CONFLICTS):
                # What is not remembered can't be repeated; a stranger's message may look like a timer of ours.
                if stored is not None and cause.remembered and self._repeated(stored, cause):
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

    def sent(self, aggregate_id: str, version: int, keys: set[str], *, complete: bool) -> None:
        """The broker has confirmed these outbox keys."""
        self._commit.mark(aggregate_id, version, keys, complete=complete)

    def resend(self, document: Document) -> None:
        """Send what a crash or an outage left in the outbox."""
        aggregate_id, version, outbox = document["_id"], document["version"], outbox_of(document)
        if outbox:
            self._relay.submit(self, aggregate_id, version, outbox)
        else:
            self._commit.mark(aggregate_id, version, set(), complete=True)

    def _repeated(self, stored: Stored[S], cause: Cause) -> bool:
        for source, message_id, digest in stored.seen:
            if message_id == cause.id and source == cause.source:
                if cause.digest and digest and digest != cause.digest:
                    raise Rejected("id_reused")
                return True
        return False

    async def _write(
        self, aggregate_id: str, stored: Stored[S] | None, change: Change[S], cause: Cause
    ) -> None:
        version = (stored.version if stored else 0) + 1
        now = self._clock.now()
        fresh = self._outgoing(aggregate_id, version, change.events, cause, now)
        fields, lists = self._fields(version, change, cause, fresh, now)
        if change.clear_digests and stored is not None:
            fields["seen"] = [
                [*mark[:2], ""] for mark in (*stored.seen, *filter(None, [lists.pop("seen", None)]))
            ]
        written = (
            first_version(fields, lists, fresh)
            if stored is None
            else next_version(fields, lists, fresh, self._keep)
        )
        older = stored.outbox if stored else []

        def committed() -> None:
            if older or fresh:
                self._relay.submit(self, aggregate_id, version, [*older, *fresh])
            if self._on_timer is not None and "next_due" in fields:
                self._on_timer(fields["next_due"])
            if change.after_write is not None:
                change.after_write()

        await self._commit.save(aggregate_id, version - 1, written, committed)

    def _outgoing(
        self, aggregate_id: str, version: int, events: Sequence[Value], cause: Cause, now: datetime
    ) -> list[Outgoing]:
        return [
            Outgoing.of(
                event_of(
                    data,
                    source=self.kind.source,
                    event_id=derived_id(self.kind.name, aggregate_id, version, position),
                    now=now,
                    cause=cause,
                    sequence=version,
                ),
                key=f"{version}-{position}",
            )
            for position, data in enumerate(events)
        ]

    def _fields(
        self, version: int, change: Change[S], cause: Cause, fresh: list[Outgoing], now: datetime
    ) -> tuple[Document, Document]:
        """What is set, and what each list gets one more of."""
        fields: Document = {"version": version, "state": self.kind.encode(change.state), "updated_at": now}
        if fresh:
            fields["unsent_since"] = real_now()
        timers = self.kind.timers(change.state)
        if timers:
            fields["timers"] = [{"name": name, "due": due} for name, due in timers.items()]
            fields["next_due"] = min(timers.values())
        expires = self.kind.expires(change.state)
        if expires is not None:
            fields["expires_at"] = expires
        lists: Document = {}
        if cause.remembered:
            lists["seen"] = [cause.source, cause.id, cause.digest]
        if change.entry is not None:
            lists["history"] = {
                "at": now,
                "status": change.entry.status,
                "by": change.entry.by,
                "reason": change.entry.reason,
                "event_id": fresh[0].headers["ce-id"] if fresh else None,
                "cause": cause.id,
            }
        return fields, lists

    def _stored(self, document: Document) -> Stored[S]:
        return Stored(
            id=document["_id"],
            version=document["version"],
            state=self.kind.decode(document["state"]),
            history=document.get("history", []),
            outbox=outbox_of(document),
            seen=document.get("seen", []),
        )
