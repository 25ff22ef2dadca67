"""Snapshots in MongoDB: one document for each search, in it the last snapshot of each radius."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from services.matching.adapters.documents import snapshot_document, snapshot_of
from services.matching.domain.explain.snapshot import Snapshot
from services.runtime.change import Document
from services.runtime.clock import Clock
from services.runtime.storage.best_effort_writes import BestEffortWrites

LOOKS = "looks"


class MongoSnapshots:
    """`kept`: how long after the last snapshot of a search; None keeps them."""

    def __init__(self, writes: BestEffortWrites, kept: timedelta | None, clock: Clock) -> None:
        self._writes = writes
        self._kept = kept
        self._clock = clock

    async def write(self, snapshots: Mapping[str, tuple[str, Snapshot]]) -> None:
        """By key of the search: order id and snapshot. Raises `DatabaseAway`."""
        fields = {key: _fields(order_id, snapshot) for key, (order_id, snapshot) in snapshots.items()}
        await self._writes.merge(fields, self._clock.now() + self._kept if self._kept is not None else None)


def snapshots_in(document: Document | None) -> tuple[Snapshot, ...]:
    """All snapshots in a document."""
    kept = (document or {}).get(LOOKS) or {}
    return tuple(map(snapshot_of, kept.values()))


def _fields(order_id: str, snapshot: Snapshot) -> Document:
    return {"order_id": order_id, f"{LOOKS}.{snapshot.radius_index}": snapshot_document(snapshot)}
