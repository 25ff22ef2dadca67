"""`gancang parked`: messages that were given up; an operator reads them, puts them back or discards them."""

from __future__ import annotations

from typing import Annotated

import typer


def _queues() -> list[str]:
    from services.ops.broker.parked_queues import QUEUE_NAMES

    return list(QUEUE_NAMES)


QueueName = Annotated[
    str,
    typer.Argument(metavar="QUEUE", help="A name that `parked list` shows.", autocompletion=_queues),
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
        int, typer.Option(min=1, help="Read at most so many messages of a queue for their reasons.")
    ] = 1_000,
    *,
    as_json: AsJson = False,
) -> None:
    """Count given-up messages by queue and reason.

    gancang parked list --json
    """
    from services.ops.broker import parked

    parked.list_queues(limit, as_json=as_json)


def show(
    queue: QueueName,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the oldest first.")] = 10,
    *,
    as_json: AsJson = False,
) -> None:
    """Show messages with their headers and bodies; they stay where they are.

    gancang parked show orders.order_requested.parked --limit 1
    """
    from services.ops.broker import parked

    parked.show(queue, limit, as_json=as_json)


def replay(queue: QueueName, message_id: OneId = None, *, everything: All = False) -> None:
    """Put messages back into the queue where they were handled, with all their attempts before them.

    gancang parked replay orders.order_requested.parked --id 9a1c

    gancang parked replay orders.order_requested.parked --all
    """
    from services.ops.broker import parked

    parked.replay(queue, message_id, everything=everything)


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
    from services.ops.broker import parked

    parked.discard(queue, message_id, everything=everything, yes=yes)
