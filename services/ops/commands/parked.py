"""`gancang parked`: messages that were given up; a person looks at them, puts them back or throws them away."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from typing import Annotated, Any

import typer

from services.ops import terminal
from services.ops.broker import parked_messages
from services.ops.broker.parked_messages import QUEUE_NAMES, ParkedMessage, Wish
from services.ops.connecting.servers import broker, settings
from services.ops.errors import CommandError
from services.runtime.errors import NotConfigured
from services.runtime.sealing import Sealer

SEALED_BODY = "(sealed: says who or where somebody is; opened only for a replay)"
SHOWN_HEADERS_FIRST = ("x-gancang-reason", "x-gancang-handler", "x-gancang-error", "x-gancang-parked-at")

QueueName = Annotated[
    str,
    typer.Argument(
        metavar="QUEUE", help="As `parked list` names it.", autocompletion=lambda: list(QUEUE_NAMES)
    ),
]
OneId = Annotated[str | None, typer.Option("--id", help="Only the message with this id.")]
All = Annotated[bool, typer.Option("--all", help="Every message in the queue.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of lines.")]


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="Messages that were given up.")
    commands.command("list")(list_queues)
    commands.command("show")(show)
    commands.command("replay")(replay)
    commands.command("discard")(discard)
    app.add_typer(commands, name="parked")


def list_queues(
    limit: Annotated[
        int, typer.Option(min=1, help="Look at most at so many messages of a queue for their reasons.")
    ] = 1_000,
    *,
    as_json: AsJson = False,
) -> None:
    """Count given-up messages by queue and reason.

    gancang parked list --json
    """
    counts = asyncio.run(_counts(limit))
    if as_json:
        rows = [
            {"queue": queue, "messages": reasons.total(), "reasons": dict(reasons)}
            for queue, reasons in counts.items()
        ]
        _write(json.dumps(rows, indent=2))
    elif not counts:
        _write("nothing is parked")
    for queue, reasons in counts.items() if not as_json else ():
        named = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
        _write(f"{reasons.total():6d}  {queue}  ({named})")


def show(
    queue: QueueName,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the oldest first.")] = 10,
    *,
    as_json: AsJson = False,
) -> None:
    """Show messages with their headers and bodies; they stay where they are.

    gancang parked show orders.order_requested.parked --limit 1
    """
    rows = asyncio.run(_shown(queue, limit))
    if as_json:
        _write(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        _write(f"{row['id'] or '(no id)'}  {row['routing_key']}  {row['reason']}")
        for name in sorted(row["headers"], key=lambda name: (name not in SHOWN_HEADERS_FIRST, name)):
            _write(f"  {name}: {row['headers'][name]}")
        _write(f"  {row['body']}\n")


def replay(queue: QueueName, message_id: OneId = None, *, everything: All = False) -> None:
    """Put messages back into the queue where they were handled, with all their attempts before them.

    gancang parked replay orders.order_requested.parked --id 9a1c

    gancang parked replay orders.order_requested.parked --all
    """
    wish = _wish(message_id, everything=everything)
    count = asyncio.run(_replay(queue, wish))
    _done(count, "put back", wish)


def discard(
    queue: QueueName,
    message_id: OneId = None,
    *,
    everything: All = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Throw messages away for ever.

    gancang parked discard ops.unrouted --all --yes
    """
    wish = _wish(message_id, everything=everything)
    if not yes:
        typer.confirm(f"Throw away {'every message' if everything else message_id} in {queue}?", abort=True)
    count = asyncio.run(_discard(queue, wish))
    _done(count, "thrown away", wish)


def _wish(message_id: str | None, *, everything: bool) -> Wish:
    if everything == (message_id is not None):
        raise CommandError("say which: --id ID or --all")
    return Wish(message_id)


def _done(count: int, what: str, wish: Wish) -> None:
    if not count and wish.message_id is not None:
        raise CommandError(f"no such message: {wish.message_id}")
    _write(f"{count} {what}")


async def _counts(limit: int) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    async with broker() as connection:
        for name in QUEUE_NAMES:
            async with parked_messages.opened(connection, name) as channel:
                reasons = Counter(
                    [message.reason async for message in parked_messages.read(channel, name, limit)]
                )
            if reasons:
                found[name] = reasons
    return found


async def _shown(queue: str, limit: int) -> list[dict[str, Any]]:
    async with broker() as connection, parked_messages.opened(connection, queue) as channel:
        return [_row(message) async for message in parked_messages.read(channel, queue, limit)]


async def _replay(queue: str, wish: Wish) -> int:
    given = settings()
    try:
        sealer = Sealer(given.data_key, given.old_data_keys)
    except NotConfigured:
        sealer = None
    async with broker() as connection, parked_messages.opened(connection, queue) as channel:
        with terminal.progress("putting back", None) as seen:
            return await parked_messages.replay(channel, queue, wish, sealer, given.broker_user, seen)


async def _discard(queue: str, wish: Wish) -> int:
    async with broker() as connection, parked_messages.opened(connection, queue) as channel:
        with terminal.progress("throwing away", None) as seen:
            return await parked_messages.discard(channel, queue, wish, seen)


def _row(message: ParkedMessage) -> dict[str, Any]:
    body = SEALED_BODY if message.sealed else message.raw.body.decode(errors="backslashreplace")
    return {
        "id": message.id,
        "routing_key": message.routing_key,
        "reason": message.reason,
        "headers": parked_messages.plain(message.headers),
        "body": body,
    }


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
