"""The budget ledger in MongoDB: one document a budget, with what is left and what is held for which order.

Many orders change the same document at once. Each change is one conditional `$inc` and `$set` that does not
depend on the others, so their order does not matter and none conflicts; a repeated change finds its
condition no longer true and does nothing. Changes that arrive while a write is under way go out together in
the next one: a thousand orders on one budget take a few round trips.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from services.orders.ports import StaleHold
from services.runtime.change import Document
from services.runtime.clock import real_now
from services.runtime.storage.database import Collection, Database, raising_database_away

LIMIT = 500  # changes in one write
# Real time. For so long a closed hold is remembered, so that a slow process cannot hold for its order again.
REMEMBERED = timedelta(hours=1)


@dataclass(slots=True)
class HoldUpdate:
    """A change of one order's hold. `done`: whether the hold exists after the write."""

    budget_id: str
    order_id: str
    operation: UpdateOne
    done: asyncio.Future[bool]


class MongoBudgetLedger:
    """The budget ledger. Whenever it is read, `cap = remaining + spent + all that is held`."""

    def __init__(self, store: Database) -> None:
        self._collection: Collection = store["ledgers"]
        self._waiting: list[HoldUpdate] = []
        self._runner: asyncio.Task[None] | None = None

    async def set_cap(self, budget_id: str, cap: int, plan: int) -> None:
        """Set the cap to that of the budget's version `plan`; an older version has no effect.

        Raises `DatabaseAway`.
        """
        while True:
            with raising_database_away("cap"):
                row = await self._collection.find_one({"_id": budget_id}, {"cap": 1, "plan": 1})
                if row is None:
                    try:
                        await self._collection.insert_one(
                            {"_id": budget_id, "cap": cap, "plan": plan, "remaining": cap, "spent": 0}
                        )
                    except DuplicateKeyError:
                        continue
                    return
                if row["plan"] >= plan:
                    return
                changed = {"$set": {"cap": cap, "plan": plan}, "$inc": {"remaining": cap - row["cap"]}}
                if (
                    await self._collection.update_one({"_id": budget_id, "plan": row["plan"]}, changed)
                ).matched_count:
                    return

    async def hold(self, budget_id: str, order_id: str, amount: int) -> bool:
        """Hold the amount for the order. Returns whether it is held now, by this call or an earlier one.

        Raises `DatabaseAway`.
        """
        held, done = f"held.{order_id}", f"done.{order_id}"
        where: Document = {
            "_id": budget_id,
            "remaining": {"$gte": amount},
            held: {"$exists": False},
            done: {"$exists": False},
        }
        update = {"$inc": {"remaining": -amount}, "$set": {held: {"amount": amount, "at": real_now()}}}
        return await self._update(budget_id, order_id, UpdateOne(where, update))

    async def close(self, budget_id: str, order_id: str, amount: int, spent: int) -> None:
        """Spend that much of the held amount and give the rest back; nothing the second time.

        Raises `DatabaseAway`.
        """
        where: Document = {"_id": budget_id, f"held.{order_id}.amount": amount}
        update = {
            "$inc": {"remaining": amount - spent, "spent": spent},
            "$unset": {f"held.{order_id}": ""},
            "$set": {f"done.{order_id}": real_now()},
        }
        await self._update(budget_id, order_id, UpdateOne(where, update))

    async def stale_holds(self, older: timedelta = REMEMBERED) -> list[StaleHold]:
        """The old holds, whose orders know whether they still need them. Forgets old closed holds.

        `older`: how old, in real time. Raises `DatabaseAway`.
        """
        before, holds = real_now() - older, []
        with raising_database_away("ledgers"):
            async for row in self._collection.find({}, {"held": 1, "done": 1}):
                await self._forget(row, before)
                holds += [
                    StaleHold(row["_id"], key, entry["amount"])
                    for key, entry in row.get("held", {}).items()
                    if entry["at"] < before
                ]
        return holds

    async def _forget(self, row: Document, before: datetime) -> None:
        old = {f"done.{order_id}": "" for order_id, at in row.get("done", {}).items() if at < before}
        if old:
            await self._collection.update_one({"_id": row["_id"]}, {"$unset": old})

    async def _update(self, budget_id: str, order_id: str, operation: UpdateOne) -> bool:
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(HoldUpdate(budget_id, order_id, operation, done))
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run(), name="ledger")
        return await done

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:LIMIT], self._waiting[LIMIT:]
            try:
                with raising_database_away("budget"):
                    await self._collection.bulk_write([each.operation for each in batch], ordered=False)
                    held = await self._held(batch)
            except Exception as error:  # noqa: BLE001  every waiter gets the error
                _settle(batch, error)
            else:
                for each in batch:
                    if not each.done.done():
                        each.done.set_result((each.budget_id, each.order_id) in held)

    async def _held(self, batch: Sequence[HoldUpdate]) -> set[tuple[str, str]]:
        """Read which of these orders have a hold. A bulk write only says how many changes matched in all."""
        held: set[tuple[str, str]] = set()
        for budget_id in {each.budget_id for each in batch}:
            fields: dict[str, Any] = {
                f"held.{each.order_id}": 1 for each in batch if each.budget_id == budget_id
            }
            row = await self._collection.find_one({"_id": budget_id}, fields)
            held |= {(budget_id, order_id) for order_id in (row or {}).get("held", {})}
        return held


def _settle(batch: Sequence[HoldUpdate], error: Exception) -> None:
    for each in batch:
        if not each.done.done():
            each.done.set_exception(error)
