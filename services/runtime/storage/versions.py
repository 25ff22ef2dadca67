"""A version of an aggregate as MongoDB stores it: first a whole document, later an update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from contracts.message import derived_id
from contracts.values import Value
from services.runtime.change import Cause, Change, Document, Stored
from services.runtime.clock import real_now
from services.runtime.messaging.outbox import Outgoing, event_of, order_of
from services.runtime.storage.kind import Kind

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Version:
    """The next version of an aggregate: its number, its write, its events, its earliest timer."""

    number: int
    written: Document
    events: list[Outgoing]
    next_due: datetime | None


def version_after(
    kind: Kind[S], aggregate_id: str, stored: Stored[S] | None, change: Change[S], cause: Cause, now: datetime
) -> Version:
    """Turn a change of `stored` (None: a new aggregate) into one write."""
    number = (stored.version if stored else 0) + 1
    events = _outgoing(kind, aggregate_id, number, change.events, cause, now)
    fields = _fields(kind, number, change.state, now)
    if events:
        fields["unsent_since"] = real_now()
    lists = _entries(change, cause, events, now)
    if change.clear_digests:
        seen = [*(stored.seen if stored else ()), *filter(None, [lists.pop("seen", None)])]
        fields["seen"] = [[*entry[:2], ""] for entry in seen]
    written = _document(fields, lists, events) if stored is None else _update(kind, fields, lists, events)
    return Version(number, written, events, fields.get("next_due"))


def outbox_of(document: Document) -> list[Outgoing]:
    """The unsent events of a document, in the order in which they were decided."""
    outbox: Document = document.get("outbox", {})
    return [Outgoing.from_document(key, outbox[key]) for key in sorted(outbox, key=order_of)]


def _outgoing(
    kind: Kind[S], aggregate_id: str, number: int, events: Sequence[Value], cause: Cause, now: datetime
) -> list[Outgoing]:
    return [
        Outgoing.of(
            event_of(
                data,
                source=kind.source,
                event_id=derived_id(kind.name, aggregate_id, number, position),
                now=now,
                cause=cause,
                sequence=number,
            ),
            key=f"{number}-{position}",
        )
        for position, data in enumerate(events)
    ]


def _fields(kind: Kind[S], number: int, state: S, now: datetime) -> Document:
    fields: Document = {"version": number, "state": kind.encode(state), "updated_at": now}
    timers = kind.timers(state)
    if timers:
        fields["timers"] = [{"name": name, "due": due} for name, due in timers.items()]
        fields["next_due"] = min(timers.values())
    expires = kind.expires(state)
    if expires is not None:
        fields["expires_at"] = expires
    return fields


def _entries(change: Change[S], cause: Cause, events: list[Outgoing], now: datetime) -> Document:
    """The new entry of each list."""
    lists: Document = {}
    if cause.remembered:
        lists["seen"] = [cause.source, cause.id, cause.digest]
    if change.entry is not None:
        lists["history"] = {
            "at": now,
            "status": change.entry.status,
            "by": change.entry.by,
            "reason": change.entry.reason,
            "event_id": events[0].headers["ce-id"] if events else None,
            "cause": cause.id,
        }
    return lists


def _document(fields: Document, lists: Document, events: list[Outgoing]) -> Document:
    document = fields | {name: [entry] for name, entry in lists.items()}
    if events:
        document["outbox"] = {event.key: event.to_document() for event in events}
    return document


def _update(kind: Kind[Any], fields: Document, lists: Document, events: list[Outgoing]) -> Document:
    update: Document = {"$set": fields | {f"outbox.{event.key}": event.to_document() for event in events}}
    if lists:
        keep = {"seen": kind.keep_seen, "history": kind.keep_history}
        update["$push"] = {name: _push(entry, keep[name]) for name, entry in lists.items()}
    absent = [name for name in ("timers", "next_due", "expires_at") if name not in fields]
    if absent:
        update["$unset"] = dict.fromkeys(absent, "")
    return update


def _push(entry: Any, keep: int | None) -> Document:
    pushed: Document = {"$each": [entry]}
    if keep is not None:
        pushed["$slice"] = -keep
    return pushed
