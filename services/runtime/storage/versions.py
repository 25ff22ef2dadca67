"""A version of an aggregate as MongoDB takes it: the first one whole, each later one as an update."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.runtime.change import Document
from services.runtime.messaging.outbox import Outgoing, order_of


def outbox_of(document: Document) -> list[Outgoing]:
    """What is unsent, in the order in which it was decided."""
    outbox: Document = document.get("outbox", {})
    return [Outgoing.from_document(key, outbox[key]) for key in sorted(outbox, key=order_of)]


def first_version(fields: Document, lists: Document, fresh: list[Outgoing]) -> Document:
    """An aggregate that did not exist. `fields`: what is set; `lists`: the one entry of each."""
    document = fields | {name: [value] for name, value in lists.items()}
    if fresh:
        document["outbox"] = {entry.key: entry.to_document() for entry in fresh}
    return document


def next_version(
    fields: Document, lists: Document, fresh: list[Outgoing], keep: Mapping[str, int | None]
) -> Document:
    """The same for one that exists. `keep`: how many entries of each list stay, None: all."""
    update: Document = {"$set": fields | {f"outbox.{entry.key}": entry.to_document() for entry in fresh}}
    if lists:
        update["$push"] = {name: _push(value, keep[name]) for name, value in lists.items()}
    absent = [name for name in ("timers", "next_due", "expires_at") if name not in fields]
    if absent:
        update["$unset"] = dict.fromkeys(absent, "")
    return update


def _push(value: Any, keep: int | None) -> Document:
    pushed: Document = {"$each": [value]}
    if keep is not None:
        pushed["$slice"] = -keep
    return pushed
