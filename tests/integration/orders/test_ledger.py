"""Many orders on one budget at once: never over the cap, and every rupiah is held, spent or left."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.orders.adapters.ledger import MongoBudgetLedger
from services.runtime.storage.database import Database, connect, database_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BUDGET = "programme:aron:2026-11"
ORDERS = int(os.environ.get("GANCANG_TEST_BUDGET_ORDERS", "300"))
FARE = 9_000


@pytest.fixture
async def database(database_uri: str) -> AsyncIterator[Database]:
    client = connect(database_uri)
    yield database_of(client)
    client.close()


async def the_row(database: Database) -> dict[str, Any]:
    row: dict[str, Any] = await database["ledgers"].find_one({"_id": BUDGET})
    held = sum(entry["amount"] for entry in row.get("held", {}).values())
    assert row["cap"] == row["remaining"] + row["spent"] + held
    assert row["remaining"] >= 0
    return row


async def test_concurrent_holds_never_exceed_the_cap(database: Database) -> None:
    ledgers = [MongoBudgetLedger(database), MongoBudgetLedger(database), MongoBudgetLedger(database)]
    await ledgers[0].set_cap(BUDGET, FARE * (ORDERS // 3) + FARE - 1, 1)

    held = await asyncio.gather(
        *(ledgers[number % 3].hold(BUDGET, f"o-{number}", FARE) for number in range(ORDERS))
    )

    row = await the_row(database)
    assert sum(held) == len(row["held"]) == ORDERS // 3
    assert row["remaining"] == FARE - 1


async def test_a_repeated_hold_holds_once_and_a_repeated_close_pays_once(database: Database) -> None:
    one, other = MongoBudgetLedger(database), MongoBudgetLedger(database)
    await one.set_cap(BUDGET, 100_000, 1)

    assert (
        await asyncio.gather(*(ledger.hold(BUDGET, "o-1", FARE) for ledger in (one, other) * 5))
        == [True] * 10
    )
    await asyncio.gather(*(ledger.close(BUDGET, "o-1", FARE, spent=8_000) for ledger in (one, other) * 5))

    row = await the_row(database)
    assert (row["spent"], row["remaining"], row["held"]) == (8_000, 92_000, {})


async def test_a_late_hold_after_the_close_is_refused(database: Database) -> None:
    ledger = MongoBudgetLedger(database)
    await ledger.set_cap(BUDGET, 100_000, 1)
    await ledger.hold(BUDGET, "o-1", FARE)
    await ledger.close(BUDGET, "o-1", FARE, spent=0)

    assert not await ledger.hold(BUDGET, "o-1", FARE)
    assert (await the_row(database))["remaining"] == 100_000


async def test_a_new_cap_leaves_what_is_held_and_an_older_one_has_no_effect(database: Database) -> None:
    ledger = MongoBudgetLedger(database)
    await ledger.set_cap(BUDGET, 20_000, 1)
    await ledger.hold(BUDGET, "o-1", FARE)

    await ledger.set_cap(BUDGET, 30_000, 2)
    await ledger.set_cap(BUDGET, 5_000, 1)

    assert (await the_row(database))["remaining"] == 21_000


async def test_without_a_budget_nothing_is_held(database: Database) -> None:
    assert not await MongoBudgetLedger(database).hold("programme:nobody:2026-11", "o-1", FARE)


async def test_old_holds_are_returned_and_old_closed_holds_are_forgotten(database: Database) -> None:
    ledger = MongoBudgetLedger(database)
    await ledger.set_cap(BUDGET, 100_000, 1)
    await ledger.hold(BUDGET, "o-1", FARE)
    await ledger.hold(BUDGET, "o-2", FARE)
    await ledger.close(BUDGET, "o-2", FARE, spent=FARE)

    assert await ledger.stale_holds() == []
    left = await ledger.stale_holds(timedelta(seconds=-1))

    assert [(hold.order_id, hold.amount) for hold in left] == [("o-1", FARE)]
    assert (await the_row(database))["done"] == {}
