"""What is written when confirmations come in another order than the writes they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from services.runtime.storage.group_commit import GroupCommit

if TYPE_CHECKING:
    from pymongo import UpdateMany


@dataclass
class Result:
    """What a driver answers."""

    bulk_api_result: dict[str, Any]


@dataclass
class FakeCollection:
    """Notes the updates of each bulk write; all of them match."""

    updates: list[tuple[Any, Any]] = field(default_factory=list)

    async def bulk_write(self, operations: list[UpdateMany], *, ordered: bool) -> Result:
        self.updates += [(one._filter, one._doc) for one in operations]
        matched = sum(len(one._filter["_id"]["$in"]) for one in operations)
        return Result({"writeErrors": [], "upserted": [], "nMatched": matched})


async def test_a_late_word_on_an_older_write_leaves_the_newer_one_unsent() -> None:
    collection = FakeCollection()
    commit = GroupCommit(collection, "order")

    commit.mark("o-1", 5, {"5-0"}, complete=False)
    commit.mark("o-1", 4, {"4-0"}, complete=True)
    await commit.wait_until_idle()

    assert collection.updates == [
        ({"_id": {"$in": ["o-1"]}}, {"$unset": {"outbox.5-0": "", "outbox.4-0": ""}})
    ]


async def test_the_last_word_on_the_newest_write_clears_the_note() -> None:
    collection = FakeCollection()
    commit = GroupCommit(collection, "order")

    commit.mark("o-1", 4, {"4-0"}, complete=False)
    commit.mark("o-1", 5, {"5-0"}, complete=True)
    await commit.wait_until_idle()

    where, update = collection.updates[0]
    assert where == {"_id": {"$in": ["o-1"]}, "version": 5}
    assert update["$unset"].keys() == {"outbox.4-0", "outbox.5-0", "unsent_since"}


async def test_marks_of_one_version_and_the_same_keys_are_one_update() -> None:
    collection = FakeCollection()
    commit = GroupCommit(collection, "order")

    commit.mark("o-1", 1, {"1-0"}, complete=True)
    commit.mark("o-2", 1, {"1-0"}, complete=True)
    commit.mark("o-3", 2, {"2-0"}, complete=True)
    await commit.wait_until_idle()

    assert [where for where, _ in collection.updates] == [
        {"_id": {"$in": ["o-1", "o-2"]}, "version": 1},
        {"_id": {"$in": ["o-3"]}, "version": 2},
    ]
