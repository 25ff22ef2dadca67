"""The interpreter of the rivals: this one where they are installed, else an environment of their own.

It is made once, from locked packages.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import venv
from pathlib import Path

from services.ops.connecting.run_file import state_folder
from services.ops.errors import CommandError
from tests.bench.hops.workers import ROOT

PACKAGES = ("celery", "dramatiq", "taskiq_aio_pika")
LOCKED = ROOT / "requirements" / "bench.txt"


def interpreter() -> str:
    """Its path. Raises CommandError when the packages cannot be installed."""
    if all(importlib.util.find_spec(name) is not None for name in PACKAGES):
        return sys.executable
    folder = state_folder() / "bench"
    python, stamp = folder / "bin" / "python", folder / "locked.txt"
    if not stamp.exists() or stamp.read_bytes() != LOCKED.read_bytes():
        sys.stderr.write("gancang: installing the programs to compare with (once)\n")
        _install(folder, python)
        stamp.write_bytes(LOCKED.read_bytes())
    return str(python)


def _install(folder: Path, python: Path) -> None:
    venv.create(folder, clear=True, with_pip=True)
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        str(LOCKED),
    ]
    if subprocess.run(command, check=False).returncode:
        raise CommandError(f"the programs to compare with could not be installed: {' '.join(command)}")
