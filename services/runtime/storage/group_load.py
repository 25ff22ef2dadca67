"""Group load: reads that arrive while one is under way share the next one."""

from __future__ import annotations

import asyncio

from services.runtime.change import Document
from services.runtime.storage.database import Collection, raising_database_away

LIMIT = 500


class GroupLoad:
    """Reads documents of one collection. An idle loader reads at once, without waiting for more."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._waiting: dict[str, list[asyncio.Future[Document | None]]] = {}
        self._runner: asyncio.Task[None] | None = None

    async def get(self, aggregate_id: str) -> Document | None:
        """Read a document, or None. Raises `DatabaseAway`."""
        future: asyncio.Future[Document | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(aggregate_id, []).append(future)
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run(), name="group load")
        return await future

    async def _run(self) -> None:
        while self._waiting:
            ids = list(self._waiting)[:LIMIT]
            batch = {aggregate_id: self._waiting.pop(aggregate_id) for aggregate_id in ids}
            try:
                found = await self._read(ids)
            except Exception as error:  # noqa: BLE001  every waiter gets the error
                for future in _open(batch):
                    future.set_exception(error)
            else:
                for aggregate_id, futures in batch.items():
                    for future in _open({aggregate_id: futures}):
                        future.set_result(found.get(aggregate_id))

    async def _read(self, ids: list[str]) -> dict[str, Document]:
        where: Document = {"_id": {"$eq": ids[0]}} if len(ids) == 1 else {"_id": {"$in": ids}}
        with raising_database_away("read"):
            documents = await self._collection.find(where).to_list(len(ids))
        return {document["_id"]: document for document in documents}


def _open(batch: dict[str, list[asyncio.Future[Document | None]]]) -> list[asyncio.Future[Document | None]]:
    return [future for futures in batch.values() for future in futures if not future.done()]
