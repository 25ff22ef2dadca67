"""The sweeper: publishes events that have been in an outbox for more than five real seconds.

A crash or an outage left them there.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from time import monotonic
from typing import Any

from services.runtime import metrics
from services.runtime.change import Document
from services.runtime.clock import real_now
from services.runtime.errors import Away
from services.runtime.messaging.gate import Gate
from services.runtime.storage.aggregates import Aggregates
from services.runtime.storage.database import Collection, raising_database_away

MIN_AGE = timedelta(seconds=5)
INTERVAL_S = 2.0
BATCH = 200
RETRY_S = 10.0


class Sweeper:
    """Sweeps one kind of aggregate. Two processes may send the same events: they have the same ids."""

    def __init__(self, aggregates: Aggregates[Any], collection: Collection, gate: Gate) -> None:
        self._aggregates = aggregates
        self._collection = collection
        self._gate = gate
        self._not_before: dict[str, float] = {}

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            await self._gate.wait_until_open()
            try:
                left = await self.sweep()
            except Away as error:
                self._gate.close(error.what)
                continue
            if left < BATCH:
                await asyncio.sleep(INTERVAL_S)

    async def sweep(self) -> int:
        """Publish the oldest batch; returns how many aggregates had unsent events. Raises `DatabaseAway`."""
        where: Document = {"unsent_since": {"$lte": real_now() - MIN_AGE}}
        self._not_before = {key: until for key, until in self._not_before.items() if until > monotonic()}
        if self._not_before:  # else what cannot be sent would hide the others
            where["_id"] = {"$nin": list(self._not_before)}
        with raising_database_away("sweep"):
            documents = await self._collection.find(where).sort("unsent_since", 1).limit(BATCH).to_list(BATCH)
        metrics.OUTBOX_OVERDUE.labels(self._aggregates.kind.name).set(len(documents) + len(self._not_before))
        for document in documents:
            self._not_before[document["_id"]] = monotonic() + RETRY_S
            self._aggregates.resend(document)
        if documents:
            await asyncio.sleep(INTERVAL_S)
        return len(documents)
