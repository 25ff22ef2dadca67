"""One server as a child process that never outlives us."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from services.ops.errors import ServerMissingError, ServerStartError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

POLL_S = 0.05
STOP_WITHIN_S = 30.0

# The kernel sends the death signal when the *thread* that forked ends, so all forks are made by one that
# lives as long as we do.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedded-server-parent")


class ServerProcess:
    """A program that is started, probed, stopped and killed; at most one process at a time."""

    def __init__(self, name: str, log: Path) -> None:
        """`name` is for messages; `log` receives what the program prints."""
        self.name = name
        self.log = log
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The id of the running process, None when there is none."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def start(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        """Start it, unless it runs already; it is killed when this process ends, however it ends.

        Raises `ServerMissingError` without `setpriv`.
        """
        if self.pid is not None:
            return
        self._child = _SPAWNER.submit(self._spawn, command, environment, folder).result()

    def wait_until(self, ready: Callable[[], bool], within: float) -> None:
        """Return once `ready()` is true. Raises `ServerStartError` when it ends or the time is over."""
        deadline = time.monotonic() + within
        while not ready():
            if self.pid is None:
                code = self._child.returncode if self._child is not None else None
                raise ServerStartError(self.name, f"ended with exit code {code} while starting", self.log)
            if time.monotonic() > deadline:
                raise ServerStartError(self.name, f"did not answer within {within:.0f} s", self.log)
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Ask it to end, and wait; harmless when it does not run."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it, as a power cut would; harmless when it does not run."""
        self._end(signal.SIGKILL)

    def _spawn(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> subprocess.Popen[bytes]:
        guard = shutil.which("setpriv")
        if guard is None:
            raise ServerMissingError("setpriv", "apt-get install util-linux")
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [guard, "--pdeathsig", "KILL", "--", *command],
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us: we stop the servers last
            )

    def _end(self, how: signal.Signals) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.poll() is None:
            child.send_signal(how)
        try:
            child.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
