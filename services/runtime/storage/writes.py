"""The two writes of a group commit, saves and marks, as operations of the driver."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pymongo import InsertOne, UpdateMany, UpdateOne

from services.runtime.change import Document
from services.runtime.errors import Conflict

DUPLICATE_KEY = 11000


@dataclass(slots=True)
class Save:
    """One conditional save. `version` is the one that was read; 0 when the aggregate does not exist yet.

    `written` is then the whole document, else an update. `committed` runs when the write is durable.
    """

    id: str
    version: int
    written: Document
    done: asyncio.Future[None]
    committed: Callable[[], None]
    mark: Mark | None = None

    def operation(self) -> InsertOne[Document] | UpdateOne:
        """The write that saves, or collides with another version."""
        if not self.version:
            return InsertOne({"_id": self.id, **self.written})
        return UpdateOne({"_id": self.id, "version": self.version}, self.written, upsert=True)

    def take(self, mark: Mark) -> None:
        """Let this save also remove the outbox keys of `mark`."""
        self.mark = mark
        unset = self.written.setdefault("$unset", {})
        unset.update(mark.fields())
        if mark.complete and mark.version == self.version and "unsent_since" not in self.written["$set"]:
            unset["unsent_since"] = ""

    def fail(self, error: Exception) -> None:
        """Raise the error where the save is awaited."""
        if not self.done.done():
            self.done.set_exception(error)

    def succeed(self) -> None:
        """End the wait, and run `committed`, even when the waiting task was cancelled."""
        if not self.done.done():
            self.done.set_result(None)
        self.committed()


@dataclass(slots=True)
class Mark:
    """Outbox keys to remove, because the broker has confirmed them; `version` is the newest one published.

    `complete`: no other event of the aggregate was unsent. Then `unsent_since` goes too, unless there was
    another save.
    """

    id: str
    version: int
    keys: set[str] = field(default_factory=set)
    complete: bool = False

    def fields(self) -> Document:
        """The fields to unset."""
        return {f"outbox.{key}": "" for key in self.keys}


def removals(marks: Sequence[Mark]) -> Iterator[UpdateMany]:
    """The updates that remove the keys: one for all marks with equal keys and version, as in a burst."""
    alike: dict[tuple[int | None, tuple[str, ...]], list[Mark]] = {}
    for mark in marks:
        alike.setdefault((mark.version if mark.complete else None, tuple(sorted(mark.keys))), []).append(mark)
    for (version, _), group in alike.items():
        where: Document = {"_id": {"$in": [mark.id for mark in group]}}
        unset = group[0].fields()
        if version is not None:
            where["version"] = version
            unset["unsent_since"] = ""
        yield UpdateMany(where, {"$unset": unset})


def removals_one_by_one(marks: Sequence[Mark]) -> list[UpdateOne]:
    """The updates that remove the keys from any version; `unsent_since` stays."""
    return [UpdateOne({"_id": mark.id}, {"$unset": mark.fields()}) for mark in marks if mark.keys]


def error_of(kind: str, save: Save, failure: Document) -> Exception:
    """The error for a row of `writeErrors`: a collision on `_id` means that another version was written."""
    on_id = failure.get("keyPattern") == {"_id": 1} or "index: _id_" in failure.get("errmsg", "")
    if failure["code"] == DUPLICATE_KEY and on_id:
        return Conflict(kind, save.id)
    return RuntimeError(f"{kind}: write error {failure['code']}")
