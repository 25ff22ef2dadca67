"""`gancang up`: embedded servers and all services, until Ctrl-C."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(run)


def run() -> None:
    """Start RabbitMQ, MongoDB and all services, and keep them until Ctrl-C; the data stays for the next time.

    Prints the address of each, and a command to try there. Commands in other terminals of this folder find
    it.

    To begin without data: end it and remove the folder that its last line names.

    gancang up
    """
    from services.ops.running import up

    up.run()
