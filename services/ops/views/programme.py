"""Shows what a programme owes for a month, order by order, and its budget; names no person."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from contracts.enums import OrderStatus
from contracts.notation import ID_PATTERN, rfc3339
from services.ops import terminal
from services.ops.connecting.database import services_database
from services.ops.errors import CommandError
from services.ops.views.order_document import owed

if TYPE_CHECKING:
    from services.runtime.change import Document
    from services.runtime.storage.database import Database

MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
FIELDS = dict.fromkeys(
    (
        f"state.{name}"
        for name in ("service", "status", "since", "pickup_district", "dropoff_district", "fare", "ending")
    ),
    1,
)
OWED = [OrderStatus.COMPLETED.value, OrderStatus.RETURNED.value]


class UnknownBudgetError(CommandError):
    """The programme has no budget for that month."""

    def __init__(self, programme: str, month: str) -> None:
        """Name both."""
        super().__init__(f"programme {programme} has no budget for {month}")
        self.programme = programme
        self.month = month


def report(programme: str, month: str, *, as_json: bool) -> None:
    """Print a month's claim. Raises `UnknownBudgetError`, `UnreachableError`, `NotRunningError`."""
    if not re.fullmatch(ID_PATTERN, programme) or not re.fullmatch(MONTH, month):
        raise UnknownBudgetError(programme, month)
    claim = asyncio.run(_claim(programme, month))
    if as_json:
        terminal.write_json(claim)
    else:
        _print(claim)


async def _claim(programme: str, month: str) -> dict[str, Any]:
    budget_id = f"programme:{programme}:{month}"
    async with services_database() as database:
        ledger = await database["ledgers"].find_one({"_id": budget_id})
        if ledger is None:
            raise UnknownBudgetError(programme, month)
        orders = [_line(row) async for row in _owed(database, budget_id)]
    held = ledger.get("held", {})
    return {
        "programme": programme,
        "month": month,
        "claimed": sum(line["total"] for line in orders),
        "budget": {
            "cap": ledger["cap"],
            "spent": ledger["spent"],
            "held": sum(entry["amount"] for entry in held.values()),
            "remaining": ledger["remaining"],
        },
        "under_way": len(held),
        "orders": orders,
    }


def _owed(database: Database, budget_id: str) -> Any:
    where = {"state.funding.budget_id": {"$eq": budget_id}, "state.status": {"$in": OWED}}
    return database["orders"].find(where, FIELDS).sort("state.since", 1)


def _line(document: Document) -> dict[str, Any]:
    state = document["state"]
    return {
        "order_id": document["_id"],
        "service": state["service"],
        "outcome": state["status"],
        "completed_at": rfc3339(state["since"]),
        "from": state.get("pickup_district"),
        "to": state.get("dropoff_district"),
        "driver_share": state["fare"]["driver_share"],
        "total": owed(state) or 0,
    }


def _print(claim: dict[str, Any]) -> None:
    console = terminal.console()
    columns = ("order", "service", "outcome", "at", "from", "to", "driver", "total")
    table = terminal.table(*columns, right=frozenset({"driver", "total"}))
    for line in claim["orders"]:
        table.add_row(
            *(f"Rp {value:,}" if isinstance(value, int) else value or "" for value in line.values())
        )
    console.print(table)
    budget = claim["budget"]
    console.print(
        f"\n{len(claim['orders'])} orders, Rp {claim['claimed']:,} claimed for {claim['month']}", markup=False
    )
    console.print(
        f"budget Rp {budget['cap']:,}: spent Rp {budget['spent']:,}, held for {claim['under_way']} orders "
        f"under way Rp {budget['held']:,}, left Rp {budget['remaining']:,}",
        markup=False,
    )
