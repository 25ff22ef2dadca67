"""Rotates the master key: wraps every data key under the present one. What the data keys seal is not touched.

Each key is one conditional write, so a rotation may be stopped at any moment and run again, in any number of
processes, while the service works.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from services.notifications.adapters.keys.wrapping import COLLECTION, rewrapped
from services.runtime.sealing import Sealer
from services.runtime.storage.database import Collection, Database, raising_database_away

BATCH = 200
Seen = Callable[[int], None]


class Rotation:
    """The data keys of one store. `sealer`: the ring of master keys."""

    def __init__(self, store: Database, sealer: Sealer) -> None:
        self._keys: Collection = store[COLLECTION]
        self._sealer = sealer
        self._older = {"master": {"$exists": True, "$ne": sealer.present_id}}

    async def outstanding(self) -> int:
        """How many data keys an older master key wraps. Raises `DatabaseAway`."""
        with raising_database_away("keys to rotate"):
            return int(await self._keys.count_documents(self._older))

    async def by_master(self) -> dict[str, int]:
        """How many data keys each master key wraps, by its id. Raises `DatabaseAway`."""
        with raising_database_away("master keys"):
            rows = await self._keys.find({"master": {"$exists": True}}, {"master": 1, "_id": 0}).to_list(None)
        return dict(Counter(row["master"] for row in rows))

    async def run(self, seen: Seen) -> int:
        """Rewrap all and return how many; `seen` gets the size of each batch.

        Raises `UnknownKeyError` for a master key that is not in the ring, `DatabaseAway`.
        """
        count = 0
        while True:
            with raising_database_away("rotation"):
                batch = await self._keys.find(self._older).limit(BATCH).to_list(BATCH)
                for known in batch:
                    same = {"_id": known["_id"], "life": known["life"], "wrapped": known["wrapped"]}
                    await self._keys.update_one(same, {"$set": rewrapped(self._sealer, known)})
            if not batch:
                return count
            count += len(batch)
            seen(len(batch))
