"""The programs that can serve as MongoDB on this machine, and their command lines."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from services.ops.embedded.files import write_private
from services.ops.embedded.ports import LOOPBACK
from services.ops.errors import ServerMissingError

if TYPE_CHECKING:
    from collections.abc import Sequence

REPLICA_SET = "gancang"
REMEDY = "pip install 'gancang[embedded]', or put mongod on the PATH"


@dataclass(frozen=True, slots=True)
class MongoProgram:
    """One program found on this machine; `name` tells which kind it is."""

    name: str
    path: str

    @property
    def is_mongod(self) -> bool:
        """Whether this is MongoDB's own server, which must be told to become a replica set."""
        return self.name == "mongod"

    def command(self, folder: Path, port: int, *, standalone: bool, locked: bool) -> Sequence[str]:
        """The command line; `locked`: clients must log in, `standalone`: no replica set is announced."""
        if self.is_mongod:
            return self._mongod(folder, port, standalone=standalone, locked=locked)
        return self._secantus(folder, port, standalone=standalone, locked=locked)

    def _mongod(self, folder: Path, port: int, *, standalone: bool, locked: bool) -> Sequence[str]:
        command = [self.path, "--dbpath", str(folder / "data"), "--port", str(port), "--bind_ip", LOOPBACK]
        command += ["--nounixsocket", "--quiet"]
        if not standalone:
            command += ["--replSet", REPLICA_SET]
        if locked:
            command += ["--auth"] if standalone else ["--keyFile", str(folder / "password")]
        return command

    def _secantus(self, folder: Path, port: int, *, standalone: bool, locked: bool) -> Sequence[str]:
        # An explicit file, because it would otherwise read one from the working folder, $HOME or /etc.
        configuration = folder / "secantusd.toml"
        write_private(configuration, "")
        command = [self.path, "--config", str(configuration), "--host", LOOPBACK, "--port", str(port)]
        # Without --sync-on-commit, `kill -9` loses acknowledged writes that did not ask for the journal.
        command += ["--storage-path", str(folder / "data"), "--sync-on-commit", "--log-level", "WARNING"]
        if standalone:
            command.append("--standalone")
        if locked:
            command.append("--auth")
        return command


def find_program() -> MongoProgram:
    """Find `mongod`, else `secantusd-rs`, else the secantusdb wheel. Raises `ServerMissingError`."""
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])
    for name in ("mongod", "secantusd-rs", "secantusd-py"):
        path = shutil.which(name, path=search)
        if path is not None:
            return MongoProgram(name, path)
    raise ServerMissingError("a MongoDB server", REMEDY)
