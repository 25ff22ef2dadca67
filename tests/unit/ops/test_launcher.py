"""The launcher runs the command at once when all is installed, and installs when something changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LAUNCHER = Path(__file__).parents[3] / "gancang"
COMMAND = "import sys; print('ran', *sys.argv[1:])"
INSTALLER = '#!/bin/sh\necho "$@" >>"$(dirname "$0")/installed"\n'
# Has venv by its own word, prints a version, and makes no environment.
PYTHON = '#!/bin/sh\ncase $1 in -V) echo "Python 9.9" ;; -m) exit 1 ;; esac\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout whose environment is complete, with a command that prints its arguments."""
    shutil.copy(LAUNCHER, tmp_path / "gancang")
    package = tmp_path / "services" / "ops"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    (package / "__main__.py").write_text(COMMAND)
    (tmp_path / "requirements").mkdir()
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (programs / "uv").write_text(INSTALLER)
    (programs / "uv").chmod(0o755)
    for name in ("uv", "embedded"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    shutil.copy(tmp_path / "requirements" / "uv.txt", tmp_path / ".venv" / ".gancang-uv-embedded")
    shutil.copy(tmp_path / "requirements" / "embedded.txt", tmp_path / ".venv" / ".gancang-embedded")
    stamp(tmp_path, f"Python {sys.version.split()[0]}")
    return tmp_path


def stamp(made_in: Path, version: str, *, beside: Path | None = None) -> None:
    interpreter = os.path.realpath(sys.executable)
    file = (beside or made_in) / ".venv" / ".gancang-base"
    file.write_text(f"{made_in} {version}\n{interpreter}\n")


def installed(root: Path) -> list[str]:
    written = root / ".venv" / "bin" / "installed"
    return written.read_text().splitlines() if written.exists() else []


def gancang(root: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{path}{os.environ['PATH']}"}
    command = [str(root / "gancang"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_complete_environment_is_used_without_any_set_up(root: Path) -> None:
    done = gancang(root, "order", "show", "o-1")

    assert (done.returncode, done.stdout, done.stderr) == (0, "ran order show o-1\n", "")
    assert not (root / ".gancang").exists()


def test_a_symbolic_link_to_the_launcher_finds_its_checkout(root: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere"
    link.symlink_to(root / "gancang")

    assert subprocess.run([link], capture_output=True, text=True, check=False).stdout == "ran\n"


@pytest.mark.parametrize("name", ["uv", "embedded"])
def test_changed_requirements_are_installed_once(root: Path, name: str) -> None:
    (root / "requirements" / f"{name}.txt").write_text("another==2\n")

    first, second = gancang(root), gancang(root)

    assert (first.stdout, second.stdout, second.stderr) == ("ran\n", "ran\n", "")
    assert "Python packages (embedded, checked by hash)" in first.stderr
    assert len(installed(root)) == 1


def test_an_older_stamp_without_the_interpreter_is_completed_and_not_made_again(root: Path) -> None:
    base = root / ".venv" / ".gancang-base"
    complete = base.read_text()
    base.write_text(complete.splitlines()[0] + "\n")

    done = gancang(root)

    assert (done.stdout, done.stderr, base.read_text()) == ("ran\n", "", complete)


def test_an_environment_that_was_moved_is_made_again(root: Path) -> None:
    stamp(root / "elsewhere", "Python 3.11.0", beside=root)
    programs = root / "programs"
    programs.mkdir()
    (programs / "python3").write_text(PYTHON)
    (programs / "python3").chmod(0o755)

    done = gancang(root, path=f"{programs}:")

    assert done.returncode == 2
    assert "Python environment (Python 9.9): failed" in done.stderr
    assert not (root / ".venv").exists()
