"""`gancang topology`: put exchanges, queues and policies on the broker, compare, export."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="Exchanges, queues, bindings and policies.")
    commands.command("apply")(apply)
    commands.command("check")(check)
    commands.command("export")(export)
    app.add_typer(commands, name="topology")


def apply() -> None:
    """Declare exchanges, queues and bindings; a repeat changes nothing.

    Policies too where GANCANG_RABBITMQ_API_URL is set.

    GANCANG_RABBITMQ_API_URL=http://admin:secret@broker:15672 gancang topology apply
    """
    from services.ops.broker import topology

    topology.apply()


def check(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Say what is missing or different on the broker, and what this login could not see.

    Exit code 1 when something differs. The command changes nothing and needs no right to declare. It compares
    bindings and policies where GANCANG_RABBITMQ_API_URL is set.

    gancang topology check --json
    """
    from services.ops.broker import topology

    topology.check(as_json=as_json)


def export(
    vhost: Annotated[str, typer.Option(help="The virtual host to write into the definitions.")] = "/",
) -> None:
    """Print the definitions in the form that RabbitMQ imports.

    gancang topology export > definitions.json
    """
    from services.ops.broker import topology

    topology.export(vhost)
