"""`gancang publish`: CloudEvents, one JSON object a line, to `gancang.requests`."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("publish")(run)


def run(
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON lines; - reads standard input.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The counts as one JSON object.")] = False,
) -> None:
    """Publish CloudEvents in structured mode and say how many the broker confirmed.

    Exit code 1 when a line was not published, 2 when there was nothing to publish. A repeat has no second
    effect.

    gancang publish docs/examples/ride.jsonl

    tail -n 1 docs/examples/ride.jsonl | gancang publish - --json
    """
    from services.ops.broker import publishing

    publishing.publish(file, as_json=as_json)
