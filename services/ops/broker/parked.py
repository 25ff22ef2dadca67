"""What `gancang parked` does: list, show, replay and discard given-up messages."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import typer

from services.ops import terminal
from services.ops.broker import parked_queues
from services.ops.broker.parked_message import ParkedMessage, plain
from services.ops.broker.parked_queues import QUEUE_NAMES, Selection
from services.ops.connecting.broker import broker
from services.ops.connecting.settings import settings
from services.ops.errors import CommandError
from services.runtime.errors import NotConfigured
from services.runtime.sealing import Sealer

SEALED_BODY = "(sealed, because it says who or where a person is; opened only for a replay)"
SHOWN_HEADERS_FIRST = ("x-gancang-reason", "x-gancang-handler", "x-gancang-error", "x-gancang-parked-at")


def list_queues(limit: int, *, as_json: bool) -> None:
    """Count given-up messages by queue and reason. Raises `UnreachableError`, `CommandError`."""
    counts = asyncio.run(_counts(limit))
    if as_json:
        rows = [
            {"queue": queue, "messages": reasons.total(), "reasons": dict(reasons)}
            for queue, reasons in counts.items()
        ]
        terminal.write(json.dumps(rows, indent=2))
    elif not counts:
        terminal.write("nothing is parked")
    for queue, reasons in counts.items() if not as_json else ():
        named = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
        terminal.write(f"{reasons.total():6d}  {queue}  ({named})")


def show(queue: str, limit: int, *, as_json: bool) -> None:
    """Print messages; they stay. Raises `UnknownQueueError`, `UnreachableError`, `CommandError`."""
    rows = asyncio.run(_shown(queue, limit))
    if as_json:
        terminal.write_json(rows)
        return
    for row in rows:
        terminal.write(f"{row['id'] or '(no id)'}  {row['routing_key']}  {row['reason']}")
        for name in sorted(row["headers"], key=lambda name: (name not in SHOWN_HEADERS_FIRST, name)):
            terminal.write(f"  {name}: {row['headers'][name]}")
        terminal.write(f"  {row['body']}\n")


def replay(queue: str, message_id: str | None, *, everything: bool) -> None:
    """Put them back. Raises `UnknownQueueError`, `UnopenableError`, `UnreachableError`, `CommandError`."""
    selection = _selection(message_id, everything=everything)
    count = asyncio.run(_replay(queue, selection))
    _done(count, "put back", selection)


def discard(queue: str, message_id: str | None, *, everything: bool, yes: bool) -> None:
    """Remove messages, after asking. Raises `UnknownQueueError`, `UnreachableError`, `CommandError`."""
    selection = _selection(message_id, everything=everything)
    if not yes:
        typer.confirm(f"Throw away {'every message' if everything else message_id} in {queue}?", abort=True)
    count = asyncio.run(_discard(queue, selection))
    _done(count, "thrown away", selection)


def _selection(message_id: str | None, *, everything: bool) -> Selection:
    if everything == (message_id is not None):
        raise CommandError("say which: --id ID or --all")
    return Selection(message_id)


def _done(count: int, what: str, selection: Selection) -> None:
    if not count and selection.message_id is not None:
        raise CommandError(f"no such message: {selection.message_id}")
    terminal.write(f"{count} {what}")


async def _counts(limit: int) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    async with broker() as connection:
        for name in QUEUE_NAMES:
            async with parked_queues.opened(connection, name) as channel:
                reasons = Counter(
                    [message.reason async for message in parked_queues.read(channel, name, limit)]
                )
            if reasons:
                found[name] = reasons
    return found


async def _shown(queue: str, limit: int) -> list[dict[str, Any]]:
    async with broker() as connection, parked_queues.opened(connection, queue) as channel:
        return [_row(message) async for message in parked_queues.read(channel, queue, limit)]


async def _replay(queue: str, selection: Selection) -> int:
    given = settings()
    try:
        sealer = Sealer(given.data_key, given.old_data_keys)
    except NotConfigured:
        sealer = None
    async with broker() as connection, parked_queues.opened(connection, queue) as channel:
        with terminal.progress("putting back", None) as advance:
            return await parked_queues.replay(channel, queue, selection, sealer, given.broker_user, advance)


async def _discard(queue: str, selection: Selection) -> int:
    async with broker() as connection, parked_queues.opened(connection, queue) as channel:
        with terminal.progress("throwing away", None) as advance:
            return await parked_queues.discard(channel, queue, selection, advance)


def _row(message: ParkedMessage) -> dict[str, Any]:
    body = SEALED_BODY if message.sealed else message.raw.body.decode(errors="backslashreplace")
    return {
        "id": message.id,
        "routing_key": message.routing_key,
        "reason": message.reason,
        "headers": plain(message.headers),
        "body": body,
    }
