"""A document that cannot be read does not stop the reading of others."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from services.matching.rounds.bulk_reader import BulkReader
from services.matching.rounds.search_cache import SearchCache
from services.runtime.change import Stored
from services.runtime.errors import DatabaseAway


class FakeStore:
    """Returns what it is given; an exception is raised."""

    def __init__(self, **kept: Any) -> None:
        self.kept = kept

    async def get(self, key: str) -> Any:
        found = self.kept.get(key)
        if isinstance(found, Exception):
            raise found
        return found


class FakeOpen:
    def __init__(self, *keys: str) -> None:
        self.keys = keys

    async def versions(self) -> dict[str, int]:
        return dict.fromkeys(self.keys, 1)


async def test_a_broken_document_is_left_out_and_logged_once() -> None:
    store = FakeStore(good="read", bad=ValueError("a field is missing"))
    reading: BulkReader[Any] = BulkReader(store, "search", left_out_s=0)  # type: ignore[arg-type]

    with capture_logs() as logs:
        first = await reading.read(["good", "bad", "unknown"])
        again = await reading.read(["good", "bad"])

    assert first == {"good": "read", "unknown": None}
    assert again == {"good": "read"}
    assert [(line["event"], line["id"], line["error"]) for line in logs] == [
        ("aggregate.unreadable", "bad", "ValueError")
    ]


async def test_a_broken_document_is_read_again_after_a_while() -> None:
    store = FakeStore(bad=ValueError())
    patient: BulkReader[Any] = BulkReader(store, "search", left_out_s=60)  # type: ignore[arg-type]
    eager: BulkReader[Any] = BulkReader(store, "search", left_out_s=0)  # type: ignore[arg-type]
    for reading in (patient, eager):
        await reading.read(["bad"])

    store.kept["bad"] = "mended"

    assert await patient.read(["bad"]) == {}
    assert await eager.read(["bad"]) == {"bad": "mended"}


async def test_an_unreachable_database_is_not_a_broken_document() -> None:
    reading: BulkReader[Any] = BulkReader(FakeStore(bad=ValueError(), good=DatabaseAway("read")), "search")  # type: ignore[arg-type]

    with pytest.raises(DatabaseAway):
        await reading.read(["bad", "good"])


async def test_a_broken_search_does_not_keep_the_others_out_of_the_cache(a_search: Any) -> None:
    store = FakeStore(good=Stored("good", 1, a_search(order_id="good")), bad=KeyError("state"))
    board = SearchCache(store, FakeOpen("good", "bad"))  # type: ignore[arg-type]

    await board.refresh(review_s=5)

    assert [entry.key for entry in board.entries()] == ["good"]
