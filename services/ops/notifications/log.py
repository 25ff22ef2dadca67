"""Shows who was told what by which channel, after which attempts; never an address or a text."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from contracts.notation import rfc3339
from services.ops import terminal
from services.ops.connecting.database import services_database

if TYPE_CHECKING:
    from services.runtime.change import Document

COLLECTION = "notifications"
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


def show(order: str | None, recipient: str | None, limit: int, *, twice: bool, as_json: bool) -> None:
    """Print notifications, the newest first. Raises `UnreachableError`, `NotRunningError`."""
    query: Document = {}
    for field, value in (
        ("state.cause.order_id", order),
        ("state.recipient_id", recipient),
        ("state.perhaps_twice", twice or None),
    ):
        if value is not None:
            query[field] = {"$eq": value}
    rows = [_row(document) for document in asyncio.run(_find(query, limit))]
    if as_json:
        terminal.write_json(rows)
        return
    table = terminal.table(*(column.removesuffix("_id") for column in COLUMNS))
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in COLUMNS))
    terminal.console().print(table)


async def _find(query: Document, limit: int) -> list[Document]:
    async with services_database() as database:
        cursor = database[COLLECTION].find(query, {"state": 1}).sort("state.created_at", -1).limit(limit)
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
