"""`gancang doctor`: what this machine has, what is missing, and how to get it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from services.ops.embedded import mongo_programs, rabbit
from services.ops.embedded.ports import answers_at
from services.ops.embedded.urls import AMQP_VARIABLE, MONGODB_VARIABLE
from services.ops.errors import CommandError, NotRunningError
from services.ops.running.run_file import server_urls, state_folder

if TYPE_CHECKING:
    from collections.abc import Callable

OLDEST_PYTHON = (3, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `needed` tells whether its absence is an error."""

    subject: str
    good: bool
    detail: str
    needed: bool = True


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(run)


def run(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array.")] = False,
) -> None:
    """Say what is missing on this machine and how to get it; exit code 1 when something needed is.

    gancang doctor --json
    """
    findings = [
        _python(),
        _rabbitmq(),
        _setpriv(),
        _mongodb(),
        _processors(),
        _engine(),
        _browser(),
        _servers(),
    ]
    if as_json:
        sys.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2) + "\n")
    for finding in findings if not as_json else ():
        mark = "ok     " if finding.good else "MISSING" if finding.needed else "absent "
        sys.stdout.write(f"{mark}  {finding.subject:<22} {finding.detail}\n")
    raise typer.Exit(0 if all(finding.good or not finding.needed for finding in findings) else 1)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= OLDEST_PYTHON, f"{version} (3.11 or newer)")


def _rabbitmq() -> Finding:
    return _found("RabbitMQ server", rabbit.find_program)


def _mongodb() -> Finding:
    return _found("MongoDB server", lambda: mongo_programs.find_program().path)


def _found(subject: str, find: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, good=True, detail=find())
    except CommandError as error:
        return Finding(subject, good=False, detail=str(error))


def _setpriv() -> Finding:
    path = shutil.which("setpriv")
    return Finding("setpriv (util-linux)", path is not None, path or "apt-get install util-linux")


def _processors() -> Finding:
    return Finding("processors", good=True, detail=str(os.cpu_count()))


def _engine() -> Finding:
    path = shutil.which("docker") or shutil.which("podman")
    return Finding(
        "container engine",
        path is not None,
        path or "only some tests use one: apt-get install docker.io",
        needed=False,
    )


def _browser() -> Finding:
    path = os.environ.get("GANCANG_TEST_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    return Finding(
        "browser",
        path is not None,
        path or "only a few tests use one: apt-get install chromium",
        needed=False,
    )


def _servers() -> Finding:
    try:
        urls = server_urls()
    except NotRunningError as error:
        return Finding("servers to talk to", good=False, detail=str(error), needed=False)
    silent = [
        name for name, url in (("RabbitMQ", urls.amqp), ("MongoDB", urls.mongodb)) if not answers_at(url)
    ]
    named = [name for name in (AMQP_VARIABLE, MONGODB_VARIABLE) if os.environ.get(name)]
    whose = (
        f"of {' and '.join(named)}"
        if named
        else f"of the `up`, `run` or `demo` that runs in {state_folder()}"
    )
    detail = (
        f"{' and '.join(silent)} {whose}: no answer" if silent else f"RabbitMQ and MongoDB {whose} answer"
    )
    return Finding("servers to talk to", not silent, detail, needed=False)
