"""`gancang run`: service processes on given servers, or in the embedded set-up of this folder."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def _names() -> list[str]:
    from services.ops.running.service_processes import ALL, known_services

    return [*known_services(), ALL]


def run(
    services: Annotated[
        list[str],
        typer.Argument(metavar="SERVICE…", help="Their names, or `all`.", autocompletion=_names),
    ],
    processes: Annotated[int, typer.Option(min=1, max=64, help="Processes of each service.")] = 1,
) -> None:
    """Run services until Ctrl-C; they finish the messages in work. Exit code 2 when one dies by itself.

    They use GANCANG_AMQP_URL and GANCANG_MONGODB_URI. Without these they join the embedded set-up of this
    folder, and start it when it does not run.

    gancang run orders matching --processes 2
    """
    from services.ops.running import run as running

    running.run(services, processes)
