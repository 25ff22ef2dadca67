"""`gancang notifications log`: who was told what by which channel, after which attempts; never an address or a text."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Annotated

import typer
from rich.table import Table

from contracts.values import rfc3339
from services.ops import terminal
from services.ops.connecting.servers import store
from services.runtime.change import Document

COLLECTION = "notifications"
MOST = 1_000
COLUMNS = (
    "at",
    "order_id",
    "recipient_id",
    "role",
    "template",
    "status",
    "channel",
    "reason",
    "perhaps_twice",
    "attempts",
)


def log(
    order: Annotated[str | None, typer.Option(help="Only of this order.")] = None,
    recipient: Annotated[str | None, typer.Option(help="Only to this person.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most so many, the newest first.")] = 50,
    *,
    twice: Annotated[
        bool, typer.Option("--twice", help="Only those that may have arrived twice, with the same id.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array.")] = False,
) -> None:
    """List notifications with their attempts: which channel took them, which did not and why.

    A second copy, under the same id, is possible after a lost answer or a crash only: `--twice` lists those.

    gancang notifications log --order o-1

    gancang notifications log --twice --json | jq '.[].recipient_id'
    """
    wanted: Document = {}
    for field, value in (
        ("state.cause.order_id", order),
        ("state.recipient_id", recipient),
        ("state.perhaps_twice", twice or None),
    ):
        if value is not None:
            wanted[field] = {"$eq": value}
    rows = [_row(document) for document in asyncio.run(_find(wanted, limit))]
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    table = Table(box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column.removesuffix("_id"), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in COLUMNS))
    terminal.console().print(table)


async def _find(wanted: Document, limit: int) -> list[Document]:
    async with store() as database:
        cursor = database[COLLECTION].find(wanted, {"state": 1}).sort("state.created_at", -1).limit(limit)
        found: list[Document] = await cursor.to_list(limit)
        return found


def _row(document: Document) -> Document:
    state = document["state"]
    return {
        "notification_id": document["_id"],
        "at": rfc3339(state["created_at"]),
        "order_id": state["cause"]["order_id"],
        "event_id": state["cause"]["id"],
        "recipient_id": state["recipient_id"],
        "role": state["role"],
        "template": state["template"],
        "status": state["status"],
        "channel": state["channel"],
        "reason": state["reason"],
        "perhaps_twice": state.get("perhaps_twice", False),
        "attempts": [_attempt(attempt) for attempt in state["attempts"]],
    }


def _attempt(attempt: Document) -> Document:
    skipped = [f"{skip['kind']}: {skip['reason']}" for skip in attempt["skipped"]]
    known = {name: attempt.get(name) for name in ("channel", "result", "detail", "doubtful")}
    return {"at": rfc3339(attempt["at"]), **known, "skipped": skipped}


def _cell(value: object) -> str:
    if isinstance(value, list):
        return " → ".join(
            f"{attempt['channel']} {attempt['detail'] or attempt['result']}" for attempt in value
        )
    if isinstance(value, bool):
        return "perhaps" if value else ""
    return "" if value is None else str(value)
