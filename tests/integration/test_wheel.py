"""The wheel outside the checkout, with nothing but the runtime requirements: every command works."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.eventually import eventually
from tests.support.services import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
UV = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
SOURCES = ("contracts", "services", "pyproject.toml", "README.md", "LICENSE")
COMMAND_WITHIN_S, INSTALLED_WITHIN_S = 60, 300
EVERY_HELP = """
from typer.main import get_command
from services.ops.__main__ import build

def show(command, path):
    try:
        command.main(args=["--help"], prog_name=" ".join(path), standalone_mode=False)
    except SystemExit as ended:
        assert not ended.code, path
    for name, inner in getattr(command, "commands", {}).items():
        show(inner, [*path, name])

show(get_command(build()), ["gancang"])
"""
EVERY_MODULE = """
import importlib, pkgutil, contracts, services
for package in (contracts, services):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
"""


@dataclass(frozen=True)
class Installed:
    """A virtual environment with the wheel in it, and an empty folder to stand in."""

    environment: Path
    folder: Path

    def run(self, program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.environment / "bin" / program, *arguments],
            cwd=self.folder,
            env=self.variables(**variables),
            capture_output=True,
            text=True,
            timeout=COMMAND_WITHIN_S,
            check=False,
        )

    def variables(self, **more: str) -> dict[str, str]:
        ours = ("GANCANG_", "PYTHON", "VIRTUAL_ENV")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {**inherited, **more}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel of this checkout, installed; skips with the reason where the packages cannot be had."""
    if UV is None:
        pytest.skip("uv is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    source, made = folder / "source", folder / "made"
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        source.mkdir(exist_ok=True)
        copy(ROOT / name, source / name)
    build_requirements = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    builder = an_environment(folder / "builder", *build_requirements)
    done(uv("build", "--wheel", "--no-build-isolation", "--python", builder, "--out-dir", made, source))
    environment = an_environment(
        folder / "environment", "--require-hashes", "-r", ROOT / "requirements" / "runtime.txt"
    )
    (wheel,) = made.glob("*.whl")
    done(uv("pip", "install", "--offline", "--no-deps", "--python", environment, wheel))
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    return Installed(environment, elsewhere)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """What `all_services` has written."""
    return tmp_path / "output"


@pytest.fixture
def all_services(
    installed: Installed, broker_url: str, database_uri: str, output: Path
) -> Iterator[subprocess.Popen[str]]:
    """`gancang run all` on this test's servers."""
    servers = {"GANCANG_AMQP_URL": broker_url, "GANCANG_MONGODB_URI": database_uri, **KEYS}
    with (
        output.open("w") as written,
        subprocess.Popen(
            [installed.environment / "bin" / "gancang", "run", "all"],
            cwd=installed.folder,
            env=installed.variables(**servers),
            stdout=written,
            stderr=written,
            text=True,
        ) as process,
    ):
        yield process
        process.kill()


def an_environment(folder: Path, *requirements: str | Path) -> Path:
    """A virtual environment with these packages, from uv's cache if it has them all."""
    done(uv("venv", "--python", sys.executable, folder))
    install = ("pip", "install", "--python", folder, *requirements)
    if uv(*install, "--offline").returncode != 0:
        fetched = uv(*install)
        if fetched.returncode != 0:
            pytest.skip(f"the packages cannot be had: {fetched.stderr[-400:]}")
    return folder


def uv(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    assert UV is not None
    return subprocess.run(
        [UV, *arguments], capture_output=True, text=True, timeout=INSTALLED_WITHIN_S, check=False
    )


def done(process: subprocess.CompletedProcess[str]) -> None:
    assert process.returncode == 0, process.stderr


def test_every_command_shows_its_help(installed: Installed) -> None:
    whole, each = installed.run("gancang", "--help"), installed.run("python", "-c", EVERY_HELP)

    assert (whole.returncode, each.returncode) == (0, 0), each.stderr
    assert "doctor" in whole.stdout
    assert each.stdout.count("Usage: gancang") > 40


def test_every_module_can_be_imported(installed: Installed) -> None:
    imported = installed.run("python", "-c", EVERY_MODULE)

    assert imported.returncode == 0, imported.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("contracts check", "the committed files are what the models say"),
        ("contracts export --folder written", "files written to"),
        ("catalogue list", "Motorcycle ride"),
        ("catalogue show ride", "per_km"),
        ("catalogue check", "services; newest tariff"),
        ("notifications preview order.completed.v1 --locale en", "customer · en"),
        ("--show-completion bash", "complete"),
    ],
)
def test_a_command_that_needs_no_server_works(installed: Installed, arguments: str, says: str) -> None:
    ended = installed.run("gancang", *arguments.split(), _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert says in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("order list", "no embedded set-up is running"),
        ("parked list", "no embedded set-up is running"),
        ("test", "the development packages are missing"),
        ("bench idle", "needs the source tree"),
    ],
)
def test_a_command_that_lacks_something_says_so_in_one_line(
    installed: Installed, arguments: str, says: str
) -> None:
    ended = installed.run("gancang", *arguments.split())

    assert ended.returncode == 2
    assert says in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_doctor_names_what_this_machine_has(installed: Installed) -> None:
    named = json.loads(installed.run("gancang", "doctor", "--json").stdout)

    assert named


async def test_all_services_run(
    installed: Installed, all_services: subprocess.Popen[str], output: Path
) -> None:
    await eventually(lambda: output.read_text().count("service.ready") == 3, within=60)

    all_services.terminate()

    assert all_services.wait(COMMAND_WITHIN_S) == 0
