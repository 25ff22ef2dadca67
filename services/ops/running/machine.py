"""What `gancang doctor` does: look for the programs that Gancang uses, and for servers that answer."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

from services.ops import terminal
from services.ops.connecting.run_file import server_urls, state_folder
from services.ops.embedded import mongo_programs, rabbit
from services.ops.embedded.ports import answers_at
from services.ops.embedded.urls import AMQP_VARIABLE, MONGODB_VARIABLE
from services.ops.errors import CommandError, NotRunningError

OLDEST_PYTHON = (3, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked for; `needed`: without it the command fails."""

    subject: str
    good: bool
    detail: str
    needed: bool = True


def report(*, as_json: bool) -> bool:
    """Print every check; return whether everything needed is there."""
    checks = [
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
        terminal.write(json.dumps([asdict(check) for check in checks], indent=2))
    for check in checks if not as_json else ():
        mark = "ok     " if check.good else "MISSING" if check.needed else "absent "
        terminal.write(f"{mark}  {check.subject:<22} {check.detail}")
    return all(check.good or not check.needed for check in checks)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("Python", sys.version_info >= OLDEST_PYTHON, f"{version} (3.11 or newer)")


def _rabbitmq() -> Check:
    return _found("RabbitMQ server", rabbit.find_program)


def _mongodb() -> Check:
    return _found("MongoDB server", lambda: mongo_programs.find_program().path)


def _found(subject: str, find: Callable[[], str]) -> Check:
    try:
        return Check(subject, good=True, detail=find())
    except CommandError as error:
        return Check(subject, good=False, detail=str(error))


def _setpriv() -> Check:
    path = shutil.which("setpriv")
    return Check("setpriv (util-linux)", path is not None, path or "apt-get install util-linux")


def _processors() -> Check:
    return Check("processors", good=True, detail=str(os.cpu_count()))


def _engine() -> Check:
    path = shutil.which("docker") or shutil.which("podman")
    remedy = "only some tests use one: apt-get install docker.io"
    return Check("container engine", path is not None, path or remedy, needed=False)


def _browser() -> Check:
    path = os.environ.get("GANCANG_TEST_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    remedy = "only a few tests use one: apt-get install chromium"
    return Check("browser", path is not None, path or remedy, needed=False)


def _servers() -> Check:
    try:
        urls = server_urls()
    except NotRunningError as error:
        return Check("servers to talk to", good=False, detail=str(error), needed=False)
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
    return Check("servers to talk to", not silent, detail, needed=False)
