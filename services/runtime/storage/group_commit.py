"""Group commit: saves that arrive while a bulk write is under way form the next one.

A conditional save is an upsert on `{_id, version}`. Where the version has moved on, the upsert collides with `_id` and
comes back as error 11000 at its index; so every waiter learns its own outcome from one round trip. The first save of an
aggregate is an insert, which collides in the same way and costs the server half. Nothing waits for company: an idle
committer writes at once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo import InsertOne, UpdateMany, UpdateOne
from pymongo.errors import BulkWriteError, PyMongoError

from services.runtime import metrics
from services.runtime.change import Document
from services.runtime.errors import Away, Conflict, Vanished
from services.runtime.storage.database import Collection, noticing_absence

DUPLICATE_KEY = 11000
LIMIT = 500


@dataclass(slots=True)
class Save:
    """One conditional save. `version` is the one that was read; 0 means the aggregate does not exist yet.

    `written` is then the whole document, else an update.
    """

    id: str
    version: int
    written: Document
    done: asyncio.Future[None]
    committed: Callable[[], None]
    mark: Mark | None = None

    def operation(self) -> InsertOne[Document] | UpdateOne:
        """The write that saves, or collides."""
        if not self.version:
            return InsertOne({"_id": self.id, **self.written})
        return UpdateOne({"_id": self.id, "version": self.version}, self.written, upsert=True)


@dataclass(slots=True)
class Mark:
    """Outbox keys that the broker has confirmed, to be removed; `version` is the newest one published.

    `complete`: nothing else of the aggregate was unsent, so the note `unsent_since` goes too, if nobody saved since.
    """

    id: str
    version: int
    keys: set[str] = field(default_factory=set)
    complete: bool = False

    def fields(self) -> Document:
        """The paths of the keys."""
        return {f"outbox.{key}": "" for key in self.keys}


class GroupCommit:
    """The write path of one collection in one process. At most one save per `_id` is in flight."""

    def __init__(self, collection: Collection, kind: str) -> None:
        self._collection = collection
        self._kind = kind
        self._saves: dict[str, list[Save]] = {}
        self._marks: dict[str, Mark] = {}
        self._runner: asyncio.Task[None] | None = None

    async def save(
        self, aggregate_id: str, version: int, written: Document, committed: Callable[[], None]
    ) -> None:
        """Write if `version` is still the one on the server: an update, or for version 0 the whole document.

        `committed` runs when the write is durable, even if the caller has been cancelled in the meantime. Raises
        `Conflict`, `Vanished` or `DatabaseAway` (then it may be written or not: read again).
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        save = Save(aggregate_id, version, written, done, committed)
        self._merge_mark(save)
        self._saves.setdefault(aggregate_id, []).append(save)
        self._wake()
        await done

    def mark(self, aggregate_id: str, version: int, keys: set[str], *, complete: bool) -> None:
        """Remove confirmed outbox keys with the next write; joins a save of the same aggregate that still waits."""
        mark = self._marks.setdefault(aggregate_id, Mark(aggregate_id, version))
        if version >= mark.version:  # a late word on an older version says nothing of what came since
            mark.version, mark.complete = version, complete
        mark.keys |= keys
        waiting = self._saves.get(aggregate_id)
        if waiting:
            self._merge_mark(waiting[0])
        else:
            self._wake()

    async def drained(self) -> None:
        """Wait until everything handed in so far is written or has failed."""
        while self._runner is not None and not self._runner.done():
            await asyncio.wait({self._runner})

    def _merge_mark(self, save: Save) -> None:
        mark = self._marks.get(save.id)
        if mark is None or mark.version > save.version:
            return
        del self._marks[save.id]
        save.mark = mark
        unset = save.written.setdefault("$unset", {})
        unset.update(mark.fields())
        if mark.complete and mark.version == save.version and "unsent_since" not in save.written["$set"]:
            unset["unsent_since"] = ""

    def _wake(self) -> None:
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run(), name=f"group commit {self._kind}")

    async def _run(self) -> None:
        while self._saves or self._marks:
            await self._write(self._take_saves(), self._take_marks())

    def _take_saves(self) -> list[Save]:
        batch = []
        for aggregate_id in list(self._saves)[:LIMIT]:
            waiting = self._saves[aggregate_id]
            batch.append(waiting.pop(0))
            if not waiting:
                del self._saves[aggregate_id]
        return batch

    def _take_marks(self) -> list[Mark]:
        taken = [mark for key, mark in self._marks.items() if key not in self._saves][:LIMIT]
        for mark in taken:
            del self._marks[mark.id]
        return taken

    async def _write(self, saves: list[Save], marks: list[Mark]) -> None:
        operations = [*(save.operation() for save in saves), *_removals(marks)]
        if not operations:
            return
        metrics.COMMITS.labels(self._kind).observe(len(operations))
        try:
            result = await self._bulk(operations)
        except Exception as error:  # noqa: BLE001  every waiter gets it, whatever it is
            await self._after_failure(saves, error)
            return
        failed = {row["index"]: row for row in result["writeErrors"]}
        upserted = {row["index"] for row in result["upserted"]}
        await self._delete_stubs([save for index, save in enumerate(saves) if index in upserted])
        for index, save in enumerate(saves):
            self._settle(save, failed.get(index), vanished=index in upserted)
        matched_saves = sum(
            1
            for index, save in enumerate(saves)
            if save.version and index not in failed and index not in upserted
        )
        if result["nMatched"] - matched_saves < len(marks):
            await self._mark_moved_on(marks)

    async def _after_failure(self, saves: list[Save], error: Exception) -> None:
        """One document that can't be written must not take its neighbours along; marks come back by the sweeper."""
        if isinstance(error, Away) or len(saves) == 1:
            for save in saves:
                self._fail(save, error)
        else:
            for save in saves:
                await self._write([save], [])

    async def _bulk(self, operations: Sequence[InsertOne[Document] | UpdateOne | UpdateMany]) -> Document:
        with noticing_absence(f"write {self._kind}"):
            try:
                result = await self._collection.bulk_write(operations, ordered=False)
            except BulkWriteError as error:
                if error.details.get("writeConcernErrors"):
                    raise
                return dict(error.details)
        return dict(result.bulk_api_result)

    def _settle(self, save: Save, failure: Document | None, *, vanished: bool) -> None:
        if failure is not None:
            self._fail(save, self._error(save, failure))
        elif vanished:
            self._fail(save, Vanished(self._kind, save.id))
        else:
            if not save.done.done():
                save.done.set_result(None)
            save.committed()

    def _error(self, save: Save, failure: Document) -> Exception:
        on_id = failure.get("keyPattern") == {"_id": 1} or "index: _id_" in failure.get("errmsg", "")
        if failure["code"] == DUPLICATE_KEY and on_id:
            return Conflict(self._kind, save.id)
        return RuntimeError(f"{self._kind}: write error {failure['code']}")

    async def _delete_stubs(self, vanished: list[Save]) -> None:
        """An upsert that found nothing has left a document without its past."""
        for save in vanished:
            with contextlib.suppress(PyMongoError):
                await self._collection.delete_one({"_id": save.id, "version": save.version + 1})

    async def _mark_moved_on(self, marks: list[Mark]) -> None:
        """Somebody saved in between: the keys go all the same, `unsent_since` is his to clear."""
        operations: list[Any] = [
            UpdateOne({"_id": mark.id}, {"$unset": mark.fields()}) for mark in marks if mark.keys
        ]
        if not operations:
            return
        try:
            await self._bulk(operations)
        except Away:
            return  # the sweeper sends again and marks again

    def _fail(self, save: Save, error: Exception) -> None:
        if save.mark is not None and isinstance(error, Conflict):
            self.mark(save.id, save.mark.version, save.mark.keys, complete=save.mark.complete)
        if not save.done.done():
            save.done.set_exception(error)


def _removals(marks: list[Mark]) -> Iterator[UpdateMany]:
    """The writes that remove the keys: one for all that have the same keys and version, as neighbours in a burst mostly have."""
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
