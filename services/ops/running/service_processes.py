"""Service processes as children of ours: started, watched, drained, and gone when we are."""

from __future__ import annotations

import importlib.util
import os
import pkgutil
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import services
from services.ops.errors import CommandError

ROOT = Path(services.__file__).parents[1]
NOT_SERVICES = frozenset({"ops", "runtime", "simulator"})
ALL = "all"
DRAIN_S = 20.0
POLL_S = 0.05
LAST_LINES = 15


class ServiceDiedError(CommandError):
    """A service process ended although we did not stop it."""

    def __init__(self, service: ServiceProcess) -> None:
        """Name it and its exit code."""
        code = service.process.returncode
        how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        super().__init__(f"{service.name} ended {how}")
        self.service = service


@dataclass(slots=True)
class ServiceProcess:
    """One process of a service; `log` None: it writes to our own output."""

    name: str
    process: subprocess.Popen[bytes]
    port: int = 0
    log: Path | None = None

    def last_lines(self) -> list[str]:
        """The end of its log."""
        if self.log is None or not self.log.exists():
            return []
        return self.log.read_text(errors="replace").splitlines()[-LAST_LINES:]


@dataclass(slots=True)
class ServiceProcesses:
    """All service processes of a command. `environment` adds to our own; leaving the block drains them."""

    environment: Mapping[str, str]
    logs: Path | None = None
    running: list[ServiceProcess] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, service: str, number: int = 1, port: int = 0) -> ServiceProcess:
        """Start one process of a service."""
        name = service if number == 1 else f"{service}-{number}"
        log = self.logs / f"{name}.log" if self.logs is not None else None
        output = log.open("ab") if log is not None else None
        try:
            process = subprocess.Popen(
                _command(service),
                env=self._environment(port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output is not None else None,
                start_new_session=True,  # Ctrl-C is for us: we drain them
            )
        finally:
            if output is not None:
                output.close()
        started = ServiceProcess(name, process, port, log)
        self.running.append(started)
        return started

    def check(self) -> None:
        """Raises `ServiceDiedError` when one has ended."""
        for service in self.running:
            if service.process.poll() is not None:
                raise ServiceDiedError(service)

    def stop(self, within: float = DRAIN_S) -> None:
        """Ask all of them to drain, and kill those that have not ended after `within` seconds."""
        for service in self.running:
            if service.process.poll() is None:
                service.process.terminate()
        deadline = time.monotonic() + within
        for service in self.running:
            try:
                service.process.wait(max(POLL_S, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                service.process.kill()
                service.process.wait()
        self.running = []

    def _environment(self, port: int) -> dict[str, str]:
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
        return {**os.environ, **self.environment, "PYTHONPATH": path, "GANCANG_HTTP_PORT": str(port)}


def known_services() -> tuple[str, ...]:
    """The services that can be run: the packages beside ours that have a `__main__`."""
    return tuple(
        module.name
        for module in pkgutil.iter_modules(services.__path__)
        if module.name not in NOT_SERVICES
        and importlib.util.find_spec(f"services.{module.name}.__main__") is not None
    )


def _command(service: str) -> Sequence[str]:
    guard = shutil.which("setpriv")
    # The kernel sends them SIGTERM when we end, however we end.
    wrapped = [guard, "--pdeathsig", "TERM", "--"] if guard is not None else []
    return [*wrapped, sys.executable, "-P", "-m", f"services.{service}"]
