"""The run file, by which commands in another terminal find the running embedded set-up of this folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.ops.embedded.files import write_private
from services.ops.embedded.ports import answers_at
from services.ops.embedded.urls import AMQP_VARIABLE, MONGODB_VARIABLE, RABBITMQ_API_VARIABLE, ServerUrls
from services.ops.errors import NotRunningError

RUN_FILE = "run.json"
STATE_VARIABLE = "GANCANG_STATE"


def state_folder() -> Path:
    """The folder with the data of the embedded set-up: beside the launcher, else in the working folder."""
    return Path(os.environ.get(STATE_VARIABLE) or Path.cwd() / ".gancang")


@contextmanager
def announced(folder: Path, urls: ServerUrls) -> Iterator[None]:
    """Keep a run file (mode 0600) in `folder` while the block runs."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / RUN_FILE
    entry = {
        "pid": os.getpid(),
        "amqp": urls.amqp,
        "mongodb": urls.mongodb,
        "rabbitmq_api": urls.rabbitmq_api,
    }
    write_private(path, json.dumps(entry))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def join(folder: Path) -> ServerUrls:
    """URLs of the set-up in `folder`. Raises `NotRunningError`, also when a server does not answer."""
    try:
        entry = json.loads((folder / RUN_FILE).read_text())
        urls = ServerUrls(entry["amqp"], entry["mongodb"], entry["rabbitmq_api"])
        pid = int(entry["pid"])
    except (OSError, ValueError, KeyError):
        raise NotRunningError(folder) from None
    if not (_is_alive(pid) and answers_at(urls.amqp) and answers_at(urls.mongodb)):
        raise NotRunningError(folder)
    return urls


def server_urls() -> ServerUrls:
    """The servers for a command: those of the environment, else those of the set-up that runs in this folder.

    Raises `NotRunningError`.
    """
    amqp, mongodb = os.environ.get(AMQP_VARIABLE), os.environ.get(MONGODB_VARIABLE)
    if amqp and mongodb:
        return ServerUrls(amqp, mongodb, os.environ.get(RABBITMQ_API_VARIABLE, ""))
    running = join(state_folder())
    return ServerUrls(
        amqp or running.amqp, mongodb or running.mongodb, running.rabbitmq_api if not amqp else ""
    )


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
