"""What is left of each budget: one hot document a budget, changed only by moves that commute.

A move is one conditional `$inc` and `$set`; whoever comes second finds it done. Moves that arrive while a write is under way
form the next one, so a thousand orders on one budget are a few round trips and no conflict.
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
from services.runtime.storage.database import Collection, Database, noticing_absence

LIMIT = 500
REMEMBERED = timedelta(
    hours=1
)  # real time; for so long a settled order cannot be held again by somebody who was slow


@dataclass(slots=True)
class HoldUpdate:
    """One change of one order's hold."""

    budget_id: str
    order_id: str
    operation: UpdateOne
    done: asyncio.Future[bool]


class MongoBudgetLedger:
    """`cap = remaining + spent + all that is held`, in every state that can be read."""

    def __init__(self, store: Database) -> None:
        self._collection: Collection = store["ledgers"]
        self._waiting: list[HoldUpdate] = []
        self._runner: asyncio.Task[None] | None = None

    async def set_cap(self, budget_id: str, cap: int, plan: int) -> None:
        """Take over the cap of the budget's version `plan`; an older version has no effect. Raises `DatabaseAway`."""
        while True:
            with noticing_absence("cap"):
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
        """Hold the amount for the order; whether it is held now, by this call or one before. Raises `DatabaseAway`."""
        held, done = f"held.{order_id}", f"done.{order_id}"
        where: Document = {
            "_id": budget_id,
            "remaining": {"$gte": amount},
            held: {"$exists": False},
            done: {"$exists": False},
        }
        update = {"$inc": {"remaining": -amount}, "$set": {held: {"amount": amount, "at": real_now()}}}
        return await self._move(budget_id, order_id, UpdateOne(where, update))

    async def close(self, budget_id: str, order_id: str, amount: int, spent: int) -> None:
        """Spend that much of what is held and give the rest back; nothing the second time. Raises `DatabaseAway`."""
        where: Document = {"_id": budget_id, f"held.{order_id}.amount": amount}
        update = {
            "$inc": {"remaining": amount - spent, "spent": spent},
            "$unset": {f"held.{order_id}": ""},
            "$set": {f"done.{order_id}": real_now()},
        }
        await self._move(budget_id, order_id, UpdateOne(where, update))

    async def stale_holds(self, older: timedelta = REMEMBERED) -> list[StaleHold]:
        """Forget old ends, and tell of old holds: their order knows whether they are still right. Raises `DatabaseAway`."""
        before, holds = real_now() - older, []
        with noticing_absence("ledgers"):
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

    async def _move(self, budget_id: str, order_id: str, operation: UpdateOne) -> bool:
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(HoldUpdate(budget_id, order_id, operation, done))
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run(), name="ledger")
        return await done

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:LIMIT], self._waiting[LIMIT:]
            try:
                with noticing_absence("budget"):
                    await self._collection.bulk_write([move.operation for move in batch], ordered=False)
                    held = await self._held(batch)
            except Exception as error:  # noqa: BLE001  every waiter gets it, whatever it is
                _settle(batch, error)
            else:
                for move in batch:
                    if not move.done.done():
                        move.done.set_result((move.budget_id, move.order_id) in held)

    async def _held(self, batch: Sequence[HoldUpdate]) -> set[tuple[str, str]]:
        """Which of these orders have a hold: a bulk write only says how many moves found their document."""
        held: set[tuple[str, str]] = set()
        for budget_id in {move.budget_id for move in batch}:
            fields: dict[str, Any] = {
                f"held.{move.order_id}": 1 for move in batch if move.budget_id == budget_id
            }
            row = await self._collection.find_one({"_id": budget_id}, fields)
            held |= {(budget_id, order_id) for order_id in (row or {}).get("held", {})}
        return held


def _settle(batch: Sequence[HoldUpdate], error: Exception) -> None:
    for move in batch:
        if not move.done.done():
            move.done.set_exception(error)
