"""A program's processes: started in a session of their own, their CPU time counted, gone with us."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import services
from services.ops.errors import CommandError

ROOT = Path(services.__file__).parents[1]
LINES, LINE = 6, 300
TICKS = os.sysconf("SC_CLK_TCK")


class WorkerDiedError(CommandError):
    """A program ended in the middle of its job."""

    def __init__(self, workers: Workers) -> None:
        super().__init__(f"{workers.name} ended: {workers.last_lines()}")


class Workers:
    """All processes of one program in one round.

    Leaving the block kills them: nothing of theirs is read again.
    """

    def __init__(self, name: str, python: str, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self._python = python
        self._environment = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
        self._log = log
        self.running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def start(self, arguments: Sequence[str]) -> int:
        """Start one; answers its pid."""
        guard = shutil.which("setpriv")
        wrapped = [guard, "--pdeathsig", "KILL", "--"] if guard is not None else []
        with self._log.open("ab") as output:
            process = subprocess.Popen(
                [*wrapped, self._python, *arguments],
                env=self._environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(process)
        return process.pid

    def run(self, arguments: Sequence[str]) -> None:
        """Run one to its end. Raises WorkerDiedError when it fails."""
        process = subprocess.run(
            [self._python, *arguments],
            env=self._environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if process.returncode:
            with self._log.open("ab") as output:
                output.write(process.stdout)
            raise WorkerDiedError(self)

    def check(self) -> None:
        """Raises WorkerDiedError when one has ended."""
        if any(process.poll() is not None for process in self.running):
            raise WorkerDiedError(self)

    def last_lines(self) -> str:
        """The end of what they said."""
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        return " / ".join(line[:LINE] for line in lines[-LINES:])

    def cpu_s(self) -> float:
        """CPU seconds so far, of these processes and all that they have started."""
        return sum(cpu_of(pid) for root in self.running for pid in family(root.pid))


def cpu_of(pid: int) -> float:
    """CPU seconds of a process, 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mib(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def family(root: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry.parent.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found
