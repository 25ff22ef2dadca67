"""Shows one order, or a page of orders. It imports no model, so that it starts quickly."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from contracts.enums import OrderStatus
from contracts.notation import ID_PATTERN
from services.ops import terminal
from services.ops.connecting.database import services_database
from services.ops.errors import CommandError
from services.ops.views import order_document

if TYPE_CHECKING:
    from rich.table import Table

    from services.runtime.change import Document

COLLECTION = "orders"
UUID = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
TABLES = {
    "custody": {"at": "custody", "step": "step", "by": "by", "envelope": "envelope"},
    "history": {"at": "at", "status": "status", "by": "by", "reason": "reason", "event_id": "event"},
}
STATUSES = [word.value for word in OrderStatus if word is not OrderStatus.UNKNOWN]


class UnknownOrderError(CommandError):
    """No such order."""

    def __init__(self, order_id: str) -> None:
        """Name it."""
        super().__init__(f"no such order: {order_id}")
        self.order_id = order_id


def show(order_id: str, *, as_json: bool) -> None:
    """Print an order with its history. Raises `UnknownOrderError`, `UnreachableError`, `NotRunningError`."""
    if not re.fullmatch(ID_PATTERN, order_id):
        raise UnknownOrderError(order_id)
    found = asyncio.run(_find({"_id": {"$eq": order_id}}, 1))
    if not found:
        raise UnknownOrderError(order_id)
    document = order_document.whole(found[0])
    if as_json:
        terminal.write_json(document)
    else:
        _print(document)


def list_orders(status: str | None, limit: int, *, as_json: bool) -> None:
    """Print the orders that changed last. Raises `CommandError` for an unknown status, `UnreachableError`."""
    query: Document = {}
    if status is not None:
        if status not in STATUSES:
            raise CommandError(f"no such status: {status} (there are {', '.join(STATUSES)})")
        query = {"state.status": {"$eq": status}}
    rows = [order_document.row(document) for document in asyncio.run(_find(query, limit))]
    if as_json:
        terminal.write_json(rows)
        return
    table = terminal.table("order", "service", "status", "since", "customer", "driver", "fare")
    for row in rows:
        table.add_row(*(str(row[name] if row[name] is not None else "") for name in order_document.COLUMNS))
    terminal.console().print(table)


async def _find(query: Document, limit: int) -> list[Document]:
    async with services_database() as database:
        cursor = (
            database[COLLECTION].find(query, {"outbox": 0, "seen": 0}).sort("updated_at", -1).limit(limit)
        )
        found: list[Document] = await cursor.to_list(limit)
        return found


def _print(document: Document) -> None:
    console = terminal.console()
    for name, value in document.items():
        if name not in TABLES and value not in (None, [], {}):
            console.print(f"{name:<18} {_plain(value)}", markup=False)
    for name, columns in TABLES.items():
        if document[name]:
            console.print()
            console.print(_table(columns, document[name]))
    program, order_id = terminal.program(), document["order_id"]
    console.print()
    console.print(f"next: {program} matching explain {order_id}   who was asked, and why not", markup=False)
    console.print(
        f"      {program} notifications log --order {order_id}   who was told; --json has the whole ids",
        markup=False,
    )


def _table(columns: dict[str, str], lines: list[Document]) -> Table:
    table = terminal.table(*columns.values())
    for line in lines:
        table.add_row(*(_short(line[name] or "") for name in columns))
    return table


def _short(value: str) -> str:
    """Shorten a UUID of ours to its beginning; an id that a person chose stays whole."""
    return UUID.sub(r"\1…", value)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(
            f"{name} {_plain(inner)}" for name, inner in value.items() if inner not in (None, [], {})
        )
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return str(value)
