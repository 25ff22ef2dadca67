"""A MongoDB server of our own: loopback only, random credentials, every acknowledged write on disk."""

from __future__ import annotations

import os
from pathlib import Path

from services.ops.embedded.files import kept_password
from services.ops.embedded.mongo_programs import find_program
from services.ops.embedded.ports import LOOPBACK, answers, free_ports
from services.ops.embedded.process import ServerProcess

READY_WITHIN_S = 60.0
USER = "gancang"


class EmbeddedMongo:
    """One server in one folder; `start` after `stop` or `kill` finds the same port, user and data."""

    def __init__(self, folder: Path, *, standalone: bool = False) -> None:
        """`folder` holds data and log and is made when missing; `standalone` announces no replica set.

        Raises `ServerMissingError`.
        """
        self.folder = folder.resolve()
        (self.folder / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
        self.standalone = standalone
        self.program = find_program()
        self._server = ServerProcess(self.program.name, self.folder / "output.log")
        self._port = free_ports(1)[0]
        self._prepared = self.folder / "prepared"
        self._password = kept_password(self.folder)

    @property
    def url(self) -> str:
        """Connection string without a database name.

        `directConnection` keeps clients on the address that they were given (a proxy, in tests) when the
        server announces a replica set.
        """
        login = f"{USER}:{self._password}"
        return f"mongodb://{login}@{LOOPBACK}:{self._port}/?authSource=admin&directConnection=true"

    @property
    def pid(self) -> int | None:
        """Process id of the server, None when it does not run."""
        return self._server.pid

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    def start(self) -> None:
        """Start the server and return at once; does nothing when it runs.

        The very first start is without a login, on an empty database: `wait_ready` makes the user and locks
        it.
        """
        self._launch(locked=self._prepared.exists())

    def wait_ready(self) -> None:
        """Return when a client can log in and is answered by a primary. Raises `ServerStartError`."""
        if not self._prepared.exists():
            self._server.wait_until(lambda: answers(self._port), READY_WITHIN_S)
            self._server.wait_until(self._prepare, READY_WITHIN_S)
            self._server.stop()
            self._prepared.touch()
            self._launch(locked=True)
        self._server.wait_until(lambda: answers(self._port), READY_WITHIN_S)
        self._server.wait_until(self._is_primary, READY_WITHIN_S)

    def stop(self) -> None:
        """Shut down in good order; harmless when it does not run."""
        self._server.stop()

    def kill(self) -> None:
        """SIGKILL, as a crash would; harmless when it does not run."""
        self._server.kill()

    def restart(self) -> None:
        """Start again on the same port and data, and wait until it answers. Raises `ServerStartError`."""
        self.stop()
        self.start()
        self.wait_ready()

    def _launch(self, *, locked: bool) -> None:
        environment = os.environ | {"HOME": str(self.folder)}
        command = self.program.command(self.folder, self._port, standalone=self.standalone, locked=locked)
        self._server.start(command, environment, self.folder)

    def _prepare(self) -> bool:
        from services.ops.embedded.mongo_admin import prepare  # noqa: PLC0415  see that module

        initiate = self.program.is_mongod and not self.standalone
        return prepare(self._port, USER, self._password, initiate=initiate)

    def _is_primary(self) -> bool:
        from services.ops.embedded.mongo_admin import is_primary  # noqa: PLC0415  see that module

        return is_primary(self.url)
