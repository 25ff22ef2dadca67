"""A document that cannot be read does not stop the reading of others."""

from __future__ import annotations

from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from services.matching.domain.searches.search import Search
from services.matching.ports import OpenSearches
from services.matching.rounds.bulk_reader import LEFT_OUT_S, BulkReader
from services.matching.rounds.search_cache import SearchCache
from services.runtime.change import Store, Stored
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


def a_reader(store: FakeStore, left_out_s: float = LEFT_OUT_S) -> BulkReader[Any]:
    return BulkReader(cast("Store[Any]", store), "search", left_out_s)  # it only gets


async def test_a_broken_document_is_left_out_and_logged_once() -> None:
    good = Stored("good", 1, "read")
    store = FakeStore(good=good, bad=ValueError("a field is missing"))
    reading = a_reader(store, left_out_s=0)

    with capture_logs() as logs:
        first = await reading.read(["good", "bad", "unknown"])
        again = await reading.read(["good", "bad"])

    assert first == {"good": good, "unknown": None}
    assert again == {"good": good}
    assert [(line["event"], line["id"], line["error"]) for line in logs] == [
        ("aggregate.unreadable", "bad", "ValueError")
    ]


async def test_a_broken_document_is_read_again_after_a_while() -> None:
    store = FakeStore(bad=ValueError())
    patient = a_reader(store, left_out_s=60)
    eager = a_reader(store, left_out_s=0)
    for reading in (patient, eager):
        await reading.read(["bad"])

    mended = Stored("bad", 1, "mended")
    store.kept["bad"] = mended

    assert await patient.read(["bad"]) == {}
    assert await eager.read(["bad"]) == {"bad": mended}


async def test_an_unreachable_database_is_not_a_broken_document() -> None:
    reading = a_reader(FakeStore(bad=ValueError(), good=DatabaseAway("read")))

    with pytest.raises(DatabaseAway):
        await reading.read(["bad", "good"])


async def test_a_broken_search_does_not_keep_the_others_out_of_the_cache(a_search: Any) -> None:
    store = FakeStore(good=Stored("good", 1, a_search(order_id="good")), bad=KeyError("state"))
    board = SearchCache(cast("Store[Search]", store), cast("OpenSearches", FakeOpen("good", "bad")))

    await board.refresh(review_s=5)

    assert [entry.key for entry in board.entries()] == ["good"]
