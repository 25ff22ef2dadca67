"""`gancang order`: one order with its history, or a page of orders; never exact places, notes or names."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from typing import Annotated, Any

import typer
from rich.table import Table

from contracts.values import ID_PATTERN, OrderStatus
from services.ops import terminal
from services.ops.connecting.servers import store
from services.ops.errors import CommandError
from services.ops.views import order_document as orders_view
from services.runtime.change import Document

COLLECTION = "orders"
MOST = 1_000
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


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="Orders with their history.")
    commands.command("show")(show)
    commands.command("list")(list_orders)
    app.add_typer(commands, name="order")


def show(
    order_id: Annotated[str, typer.Argument(metavar="ID", help="As the app that ordered named it.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show an order with its history, and who had the goods when.

    gancang order show o-1

    gancang order show o-1 --json | jq .history
    """
    if not re.fullmatch(ID_PATTERN, order_id):
        raise UnknownOrderError(order_id)
    found = asyncio.run(_find({"_id": {"$eq": order_id}}, 1))
    if not found:
        raise UnknownOrderError(order_id)
    document = orders_view.whole(found[0])
    if as_json:
        _print_json(document)
    else:
        _print(document)


def list_orders(
    status: Annotated[
        str | None, typer.Option(help="Only these, e.g. searching.", autocompletion=lambda: STATUSES)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most so many, the newest first.")] = 50,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array.")] = False,
) -> None:
    """List orders, those that changed last first.

    gancang order list --status searching
    """
    wanted: Document = {}
    if status is not None:
        if status not in STATUSES:
            raise CommandError(f"no such status: {status} (there are {', '.join(STATUSES)})")
        wanted = {"state.status": {"$eq": status}}
    rows = [orders_view.row(document) for document in asyncio.run(_find(wanted, limit))]
    if as_json:
        _print_json(rows)
        return
    table = Table(box=None, pad_edge=False)
    for column in ("order", "service", "status", "since", "customer", "driver", "fare"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(str(row[name] if row[name] is not None else "") for name in orders_view.COLUMNS))
    terminal.console().print(table)


async def _find(wanted: Document, limit: int) -> list[Document]:
    async with store() as database:
        cursor = (
            database[COLLECTION].find(wanted, {"outbox": 0, "seen": 0}).sort("updated_at", -1).limit(limit)
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
    table = Table(box=None, pad_edge=False)
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for line in lines:
        table.add_row(*(_short(line[name] or "") for name in columns))
    return table


def _short(value: str) -> str:
    """A UUID of ours by its beginning; whatever a person chose stays whole."""
    return UUID.sub(r"\1…", value)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(
            f"{name} {_plain(inner)}" for name, inner in value.items() if inner not in (None, [], {})
        )
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return str(value)


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
