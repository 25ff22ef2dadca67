"""Sends what a crash or an outage left in outboxes (entries older than five real seconds)."""

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
from services.runtime.storage.database import Collection, noticing_absence

AGE = timedelta(seconds=5)
INTERVAL_S = 2.0
BATCH = 200
RETRY_S = 10.0


class Sweeper:
    """One per kind of aggregate and process; two of them send the same ids, which is harmless."""

    def __init__(self, aggregates: Aggregates[Any], collection: Collection, gate: Gate) -> None:
        self._aggregates = aggregates
        self._collection = collection
        self._gate = gate
        self._not_before: dict[str, float] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._gate.passed()
            try:
                left = await self.sweep()
            except Away as error:
                self._gate.close(error.what)
                continue
            if left < BATCH:
                await asyncio.sleep(INTERVAL_S)

    async def sweep(self) -> int:
        """Send a batch; answers how many aggregates had something left."""
        where: Document = {"unsent_since": {"$lte": real_now() - AGE}}
        self._not_before = {key: until for key, until in self._not_before.items() if until > monotonic()}
        if self._not_before:  # what can't be sent must not keep the others from being found
            where["_id"] = {"$nin": list(self._not_before)}
        with noticing_absence("sweep"):
            documents = await self._collection.find(where).sort("unsent_since", 1).limit(BATCH).to_list(BATCH)
        metrics.OUTBOX_OVERDUE.labels(self._aggregates.kind.name).set(len(documents) + len(self._not_before))
        for document in documents:
            self._not_before[document["_id"]] = monotonic() + RETRY_S
            self._aggregates.resend(document)
        if documents:
            await asyncio.sleep(INTERVAL_S)
        return len(documents)
