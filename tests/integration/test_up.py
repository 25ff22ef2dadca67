"""`gancang up` and `gancang run` on own servers: others join, printed commands work, Ctrl-C ends them."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "ride.jsonl"
READY_WITHIN_S, ENDED_WITHIN_S = 60, 30

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Folder:
    """A state folder, and the command line that uses it."""

    path: Path

    @property
    def output(self) -> Path:
        """What the command that keeps running has printed."""
        return self.path / "output"

    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GANCANG_")}
        return {**inherited, "GANCANG_STATE": str(self.path), "PYTHONPATH": str(ROOT)}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-P", "-m", "services.ops", *arguments]

    def gancang(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def printed(self) -> str:
        return self.output.read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture(params=[("up",), ("run", "all")], ids=" ".join)
def running(folder: Folder, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    """One of the two commands, from its start until the test ends."""
    with (
        folder.output.open("wb") as output,
        subprocess.Popen(
            folder.command(*request.param), env=folder.environment(), stdout=output, stderr=output
        ) as process,
    ):
        yield process
        process.kill()


async def test_others_join_what_it_started_and_ctrl_c_ends_all_of_it(
    folder: Folder, running: subprocess.Popen[bytes]
) -> None:
    await eventually(lambda: _is_at_work(folder), within=READY_WITHIN_S)

    published = folder.gancang("publish", str(EXAMPLE))
    await eventually(lambda: "searching" in folder.gancang("order", "show", "o-1").stdout, within=30)
    checked = folder.gancang("topology", "check")
    servers = _descendants(running.pid)
    running.send_signal(signal.SIGINT)

    assert published.stdout == "5 confirmed, 0 failed\n"
    assert checked.stdout == "the broker has what it should\n"
    assert running.wait(ENDED_WITHIN_S) == 0, folder.printed()
    assert len(servers) >= 5
    await eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in servers))
    assert folder.gancang("order", "list").returncode == 2


@pytest.mark.parametrize("running", [("up",)], ids=["up"], indirect=True)
async def test_every_address_that_up_prints_answers(folder: Folder, running: subprocess.Popen[bytes]) -> None:
    await eventually(lambda: "Ctrl-C" in folder.printed(), within=READY_WITHIN_S)
    urls = [shlex.split(command)[-1] for command in re.findall(r"\$ (curl .+)", folder.printed())]

    async with httpx.AsyncClient(trust_env=False) as client:
        answers = [(await client.get(url)).status_code for url in urls]

    assert len(answers) >= 4
    assert set(answers) == {200}


def _is_at_work(folder: Folder) -> bool:
    printed = folder.printed()
    return "Ctrl-C" in printed or printed.count("service.ready") >= 3


def _descendants(pid: int) -> list[int]:
    """The processes that this one has started, and theirs."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            child = int(stat.parent.name)
            found += [child, *_descendants(child)]
    return found
