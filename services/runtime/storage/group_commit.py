"""Group commit: saves that arrive while a bulk write is under way share the next one.

A conditional save is an upsert on `{_id, version}`. When another writer has changed the version, the upsert
collides with `_id` and fails with error 11000 at its index, so one round trip tells each waiter its own
result. The first save of an aggregate is an insert, which collides in the same way and costs the server half.
An idle committer writes at once, without waiting for more.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from pymongo.errors import BulkWriteError, PyMongoError

from services.runtime import metrics
from services.runtime.change import Document
from services.runtime.errors import Away, Conflict, Vanished
from services.runtime.storage.database import Collection, raising_database_away
from services.runtime.storage.writes import Mark, Save, error_of, removals, removals_one_by_one

LIMIT = 500


class GroupCommit:
    """Writes the documents of one collection. It has at most one save per `_id` in flight."""

    def __init__(self, collection: Collection, kind: str) -> None:
        self._collection = collection
        self._kind = kind
        self._saves: dict[str, list[Save]] = {}
        self._marks: dict[str, Mark] = {}
        self._runner: asyncio.Task[None] | None = None

    async def save(
        self, aggregate_id: str, version: int, written: Document, committed: Callable[[], None]
    ) -> None:
        """Write if the database still has `version`: an update, or for version 0 the whole document.

        `committed` runs when the write is durable, even when the caller has been cancelled meanwhile. Raises
        `Conflict`, `Vanished`, or `DatabaseAway`; after the last one, read again: it may be written or not.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        save = Save(aggregate_id, version, written, done, committed)
        self._join_mark(save)
        self._saves.setdefault(aggregate_id, []).append(save)
        self._wake()
        await done

    def mark(self, aggregate_id: str, version: int, keys: set[str], *, complete: bool) -> None:
        """Remove confirmed outbox keys with the next write, or with a save of the aggregate that waits."""
        mark = self._marks.setdefault(aggregate_id, Mark(aggregate_id, version))
        if version >= mark.version:  # a late confirm of an older version says nothing about newer ones
            mark.version, mark.complete = version, complete
        mark.keys |= keys
        waiting = self._saves.get(aggregate_id)
        if waiting:
            self._join_mark(waiting[0])
        else:
            self._wake()

    async def wait_until_idle(self) -> None:
        """Wait until all saves and marks so far are written or have failed."""
        while self._runner is not None and not self._runner.done():
            await asyncio.wait({self._runner})

    def _join_mark(self, save: Save) -> None:
        mark = self._marks.get(save.id)
        if mark is not None and mark.version <= save.version:
            del self._marks[save.id]
            save.take(mark)

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
        operations = [*(save.operation() for save in saves), *removals(marks)]
        if not operations:
            return
        metrics.COMMITS.labels(self._kind).observe(len(operations))
        try:
            result = await self._bulk(operations)
        except Exception as error:  # noqa: BLE001  every waiter gets the error
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
            await self._remove_one_by_one(marks)

    async def _after_failure(self, saves: list[Save], error: Exception) -> None:
        """Write one by one, so that a document that cannot be written fails alone.

        The sweeper repeats the marks.
        """
        if isinstance(error, Away) or len(saves) == 1:
            for save in saves:
                self._fail(save, error)
        else:
            for save in saves:
                await self._write([save], [])

    async def _bulk(self, operations: Sequence[Any]) -> Document:
        with raising_database_away(f"write {self._kind}"):
            try:
                result = await self._collection.bulk_write(operations, ordered=False)
            except BulkWriteError as error:
                if error.details.get("writeConcernErrors"):
                    raise
                return dict(error.details)
        return dict(result.bulk_api_result)

    def _settle(self, save: Save, failure: Document | None, *, vanished: bool) -> None:
        if failure is not None:
            self._fail(save, error_of(self._kind, save, failure))
        elif vanished:
            self._fail(save, Vanished(self._kind, save.id))
        else:
            save.succeed()

    async def _delete_stubs(self, vanished: list[Save]) -> None:
        """Delete what an upsert has inserted where the document was gone: it lacks all earlier writes."""
        for save in vanished:
            with contextlib.suppress(PyMongoError):
                await self._collection.delete_one({"_id": save.id, "version": save.version + 1})

    async def _remove_one_by_one(self, marks: list[Mark]) -> None:
        """Remove the keys although another save came between. That writer clears `unsent_since`."""
        operations = removals_one_by_one(marks)
        if operations:
            with contextlib.suppress(Away):  # the sweeper publishes and marks again
                await self._bulk(operations)

    def _fail(self, save: Save, error: Exception) -> None:
        if save.mark is not None and isinstance(error, Conflict):
            self.mark(save.id, save.mark.version, save.mark.keys, complete=save.mark.complete)
        save.fail(error)
