"""`gancang catalogue`: the services that people can order, as the files of the catalogue describe them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[
    Path | None,
    typer.Option(help="The catalogue's folder; by default GANCANG_CATALOGUE, else the built-in one."),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of lines.")]


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="The services that people can order.")
    commands.command("list")(list_services)
    commands.command("show")(show)
    commands.command("check")(check)
    app.add_typer(commands, name="catalogue")


def list_services(folder: Folder = None, *, as_json: AsJson = False) -> None:
    """List the services with what a kilometre costs.

    gancang catalogue list
    """
    from services.ops.views import catalogue

    catalogue.list_services(folder, as_json=as_json)


def show(
    name: Annotated[str, typer.Argument(metavar="SERVICE", help="A name that `catalogue list` shows.")],
    folder: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show everything that the catalogue says about a service, by the keys of its file.

    gancang catalogue show ride
    """
    from services.ops.views import catalogue

    catalogue.show(name, folder, as_json=as_json)


def check(folder: Folder = None) -> None:
    """Read every file of the catalogue; exit code 2, with file and key, at the first mistake.

    gancang catalogue check --folder /etc/gancang/catalogue
    """
    from services.ops.views import catalogue

    catalogue.check(folder)
