"""The servers of a bench, and a virtual host and a database of its own for every program and round."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from pymongo import MongoClient

from services.ops.embedded import EmbeddedServers, ServerUrls
from services.ops.embedded.mongo_programs import MongoProgram
from services.ops.errors import CommandError

CHOICES = ("fast", "embedded", "given")
WHEEL, FAST = "secantusd-py", ("mongod", "secantusd-rs")


@dataclass(frozen=True, slots=True)
class Servers:
    """Where they are; the pids are 0 when they are not ours.

    `database` names the program behind MongoDB's protocol.
    """

    urls: ServerUrls
    database: str
    broker_pid: int = 0
    database_pid: int = 0

    @contextmanager
    def fresh(self) -> Iterator[ServerUrls]:
        """URLs of an empty virtual host and an empty database; both are gone after the block."""
        name = f"hops-{secrets.token_hex(4)}"
        amqp = urlsplit(self.urls.amqp)
        mongo = urlsplit(self.urls.mongodb)
        urls = ServerUrls(
            urlunsplit(amqp._replace(path=f"/{name}")),
            urlunsplit(mongo._replace(path=f"/{name}")),
            self.urls.rabbitmq_api,
        )
        with self._management() as management:
            management.put(f"vhosts/{name}").raise_for_status()
            everything = {"configure": ".*", "write": ".*", "read": ".*"}
            management.put(f"permissions/{name}/{amqp.username}", json=everything).raise_for_status()
            try:
                yield urls
            finally:
                management.delete(f"vhosts/{name}")
                client: MongoClient[dict[str, Any]]
                with MongoClient(self.urls.mongodb) as client:
                    client.drop_database(name)

    def _management(self) -> httpx.Client:
        parts = urlsplit(self.urls.rabbitmq_api)
        return httpx.Client(
            base_url=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}/api/",
            auth=(parts.username or "", parts.password or ""),
            timeout=30,
            trust_env=False,
        )


@contextmanager
def servers(choice: str, folder: Path) -> Iterator[Servers]:
    """Start those chosen, or use those of `GANCANG_*`."""
    if choice == "given":
        names = ("GANCANG_AMQP_URL", "GANCANG_MONGODB_URI", "GANCANG_RABBITMQ_API_URL")
        if missing := [name for name in names if not os.environ.get(name)]:
            raise CommandError(f"--server given needs {', '.join(missing)}")
        yield Servers(ServerUrls(*(os.environ[name] for name in names)), "given")
        return
    embedded = EmbeddedServers(folder, disposable=True)
    embedded.mongo.program = _program(choice)
    with embedded:
        yield Servers(
            embedded.urls, embedded.mongo.program.name, embedded.rabbit.pid or 0, embedded.mongo.pid or 0
        )


def _program(choice: str) -> MongoProgram:
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])
    names = FAST if choice == "fast" else (WHEEL,)
    for name in names:
        if path := shutil.which(name, path=search):
            return MongoProgram(name, path)
    raise CommandError(f"--server {choice} needs {' or '.join(names)} on the PATH")
