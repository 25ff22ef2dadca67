"""The command line's manners: one line for what is wrong, exit codes, which servers a command talks to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.ops.embedded import announced, server_urls
from services.ops.embedded.ports import EPHEMERAL_RANGE, answers_at, free_ports
from services.ops.embedded.urls import ServerUrls
from services.ops.errors import NotRunningError
from services.ops.junit import Counts, read_counts

REPORT = '<testsuites><testsuite tests="9" failures="2" errors="1" skipped="2"/></testsuites>'
URLS = ServerUrls("amqp://a:b@127.0.0.1:1/", "mongodb://127.0.0.1:1/", "http://127.0.0.1:1")


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of this test, and an environment that names no servers."""
    for name in ("GANCANG_AMQP_URL", "GANCANG_MONGODB_URI", "GANCANG_RABBITMQ_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GANCANG_STATE", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("arguments", [["nope"], ["--nope"], ["test", "--stage", "nope"]])
def test_a_wrong_call_is_one_line_on_standard_error_and_exit_code_2(arguments: list[str]) -> None:
    done = _gancang(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("gancang: ")
    assert done.stderr.count("\n") == 1


def test_debug_shows_where_it_went_wrong() -> None:
    done = _gancang("--debug", "test", "--stage", "nope")

    assert done.returncode != 0
    assert "Traceback" in done.stderr


def test_without_arguments_the_commands_are_listed() -> None:
    done = _gancang()

    assert done.returncode == 0
    assert "doctor" in done.stdout


def test_the_environment_goes_before_the_run_file(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANCANG_AMQP_URL", "amqp://u:p@broker/")
    monkeypatch.setenv("GANCANG_MONGODB_URI", "mongodb://database/")

    assert server_urls() == ServerUrls("amqp://u:p@broker/", "mongodb://database/", "")


def test_a_run_file_whose_servers_do_not_answer_is_not_joined(nowhere: Path) -> None:
    with announced(nowhere, URLS), pytest.raises(NotRunningError):
        server_urls()


def test_a_damaged_run_file_is_not_joined(nowhere: Path) -> None:
    (nowhere / "run.json").write_text('{"pid": 1')

    with pytest.raises(NotRunningError):
        server_urls()


def test_ports_are_different_and_below_those_of_outgoing_connections() -> None:
    ports = free_ports(50)

    assert len(set(ports)) == 50
    assert max(ports) < int(EPHEMERAL_RANGE.read_text().split()[0])


@pytest.mark.parametrize("url", ["amqp://u:p@127.0.0.1:1/", "mongodb://u:p@127.0.0.1:1,127.0.0.1:2/?x=y", "amqp://[::1]:1/"])
def test_an_address_where_nobody_listens_does_not_answer(url: str) -> None:
    assert not answers_at(url)


def test_an_error_in_a_fixture_counts_as_failed(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)

    assert read_counts(report) == Counts(passed=4, failed=3, skipped=2)


def _gancang(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "services.ops", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": str(Path.cwd())})
