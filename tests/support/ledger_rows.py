"""The collection of ledgers in memory, with as much of MongoDB as the budget ledger uses."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymongo import UpdateOne

Document = dict[str, Any]


class LedgerRows:
    """`rows` by `_id`.

    Conditions know equality, `$gte` and `$exists`; updates `$inc`, `$set` and `$unset`; paths are dotted.
    """

    def __init__(self) -> None:
        self.rows: dict[str, Document] = {}

    async def find_one(self, where: Document, _fields: Document | None = None) -> Document | None:
        return deepcopy(self.rows.get(where["_id"]))

    async def insert_one(self, row: Document) -> None:
        self.rows[row["_id"]] = deepcopy(row)

    async def update_one(self, where: Mapping[str, Any], update: Mapping[str, Any]) -> Matched:
        row = self.rows.get(where["_id"])
        if row is None or not all(_holds(row, path, wanted) for path, wanted in where.items()):
            return Matched(0)
        for path, amount in update.get("$inc", {}).items():
            row[path] += amount
        for path, value in update.get("$set", {}).items():
            table, _, key = path.rpartition(".")
            (row.setdefault(table, {}) if table else row)[key] = value
        for path in update.get("$unset", {}):
            table, _, key = path.rpartition(".")
            row.get(table, {}).pop(key, None)
        return Matched(1)

    async def bulk_write(self, operations: Sequence[UpdateOne], *, ordered: bool) -> None:
        assert not ordered
        for operation in operations:
            assert not isinstance(operation._doc, Sequence)  # no pipeline
            await self.update_one(operation._filter, operation._doc)


class Matched:
    """The result of an update: how many documents it matched."""

    def __init__(self, count: int) -> None:
        self.matched_count = count


def held_in(row: Document) -> dict[str, int]:
    """Order → held amount, whole rupiah."""
    return {order_id: hold["amount"] for order_id, hold in row.get("held", {}).items()}


def _holds(row: Document, path: str, wanted: Any) -> bool:
    value: Any = row
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(wanted, dict):
        exists = wanted.get("$exists", value is not None) is (value is not None)
        return exists and ("$gte" not in wanted or (value is not None and value >= wanted["$gte"]))
    return bool(value == wanted)
