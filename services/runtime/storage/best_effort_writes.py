"""Best-effort writes: in bulk, confirmed by one server only, removed by a TTL index.

No promise depends on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pymongo import UpdateOne, WriteConcern

from services.runtime.change import Document
from services.runtime.storage.database import Collection, raising_database_away

EXPIRES = "expires_at"


class BestEffortWrites:
    """Merges fields into documents; the last writer of a field wins."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection.with_options(write_concern=WriteConcern(w=1))
        self._prepared = False

    async def merge(self, fields: Mapping[str, Document], expires_at: datetime | None = None) -> None:
        """Merge fields by document id.

        After `expires_at` the database may remove them. Raises `DatabaseAway`.
        """
        if not fields:
            return
        expiry = {EXPIRES: expires_at} if expires_at is not None else {}
        updates = [
            UpdateOne({"_id": name}, {"$set": {**some, **expiry}}, upsert=True)
            for name, some in fields.items()
        ]
        with raising_database_away("best-effort writes"):
            if not self._prepared:
                await self._collection.create_index(EXPIRES, expireAfterSeconds=0, sparse=True)
                self._prepared = True
            await self._collection.bulk_write(updates, ordered=False)
