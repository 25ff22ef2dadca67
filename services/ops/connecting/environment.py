"""The variables that all processes of one embedded set-up share: URLs, keys, clock, where mail goes.

They are kept beside the run file, so that other commands of the folder use the same.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from services.ops.connecting.run_file import announced, join, server_urls, state_folder
from services.ops.embedded.files import write_private
from services.ops.embedded.urls import AMQP_VARIABLE, MONGODB_VARIABLE, ServerUrls
from services.ops.errors import NotRunningError

ENVIRONMENT_FILE = "environment.json"


@contextlib.contextmanager
def joinable(urls: ServerUrls, environment: Mapping[str, str]) -> Iterator[None]:
    """Let other commands of this folder join while the block runs, unless another set-up runs there."""
    folder = state_folder()
    if _is_running(folder):
        yield
        return
    with announced(folder, urls):
        path = folder / ENVIRONMENT_FILE
        write_private(path, json.dumps(dict(environment)))
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def service_environment() -> dict[str, str]:
    """The variables of a service process: our own where they name servers, else those of the running set-up.

    Raises `NotRunningError`.
    """
    given = {name: value for name, value in os.environ.items() if name.startswith("GANCANG_")}
    if given.get(AMQP_VARIABLE) and given.get(MONGODB_VARIABLE):
        return given
    return {**_kept(state_folder()), **given, **server_urls().environment()}


def _is_running(folder: Path) -> bool:
    try:
        join(folder)
    except NotRunningError:
        return False
    return True


def _kept(folder: Path) -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads((folder / ENVIRONMENT_FILE).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return kept
