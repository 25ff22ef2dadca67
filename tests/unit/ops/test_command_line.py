"""The command line's manners: one line for what is wrong, exit codes, which servers a command talks to."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from contracts.codec import STRUCTURED, parse, read
from contracts.registry import CONTRACTS
from services.ops.__main__ import build
from services.ops.connecting.run_file import announced, server_urls
from services.ops.embedded.ports import EPHEMERAL_RANGE, answers_at, free_ports
from services.ops.embedded.urls import ServerUrls
from services.ops.errors import NotRunningError
from services.ops.junit import Counts, read_counts
from services.orders.settings import BUILT_IN

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "docs" / "examples" / "ride.jsonl"
REPORT = '<testsuites><testsuite tests="9" failures="2" errors="1" skipped="2"/></testsuites>'
URLS = ServerUrls("amqp://a:b@127.0.0.1:1/", "mongodb://127.0.0.1:1/", "http://127.0.0.1:1")


def _leaves() -> list[tuple[str, ...]]:
    """Every command as one types it."""
    found = []
    pending: list[tuple[str, ...]] = [(name,) for name in _command(()).commands]
    while pending:
        path = pending.pop()
        inner = getattr(_command(path), "commands", {})
        pending += [(*path, name) for name in inner]
        found += [] if inner else [path]
    return found


@functools.cache
def _program() -> Any:
    return get_command(build())


def _command(path: tuple[str, ...]) -> Any:
    command: Any = _program()
    for name in path:
        command = command.commands[name]
    return command


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of this test, and an environment that names no servers."""
    for name in ("GANCANG_AMQP_URL", "GANCANG_MONGODB_URI", "GANCANG_RABBITMQ_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GANCANG_STATE", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "arguments", [["nope"], ["--nope"], ["test", "--stage", "nope"], ["demo", "--drivers", "0"]]
)
def test_a_wrong_call_is_one_line_on_standard_error_and_exit_code_2(arguments: list[str]) -> None:
    done = _gancang(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("gancang: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["--debug", "catalogue", "show", "nope"], ["catalogue", "show", "nope", "--debug"]]
)
def test_debug_shows_where_it_went_wrong(arguments: list[str]) -> None:
    done = _gancang(*arguments)

    assert done.returncode != 0
    assert "Traceback" in done.stderr


@pytest.mark.parametrize("command", sorted(_leaves()), ids=" ".join)
def test_the_help_of_every_command_has_an_example(command: tuple[str, ...]) -> None:
    path = " ".join(command)

    text = _command(command).help or ""

    assert re.search(rf"gancang {path}( |$)", text, re.MULTILINE), text


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("gancang catal", ["catalogue"]),
        ("gancang order list --status sea", ["searching"]),
        ("gancang run mat", ["matching"]),
    ],
)
def test_a_shell_can_complete_commands_and_names(words: str, completed: list[str]) -> None:
    asked = {
        "GANCANG_PROGRAM": "./gancang",
        "_GANCANG_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }

    done = _gancang(environment=asked)

    assert done.stdout.split() == completed


def test_a_shell_is_taught_the_plain_name() -> None:
    environment = {"GANCANG_PROGRAM": "./gancang", "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}

    taught = _gancang("--show-completion", "bash", environment=environment).stdout

    assert "_GANCANG_COMPLETE=complete_bash" in taught
    assert taught.rstrip().endswith(" gancang")


def test_a_service_shows_when_its_route_is_open() -> None:
    shown = _gancang("catalogue", "show", "ijen").stdout

    assert re.search(r"^route.hours.level 1 +02:00-12:00$", shown, re.MULTILINE)
    assert re.search(r"^route.way_back +true$", shown, re.MULTILINE)


@pytest.mark.parametrize("service", ["document", "food", "ijen", "medicine", "parcel", "ride", "urgent"])
def test_a_service_shows_the_keys_and_words_of_its_file(service: str) -> None:
    written = tomllib.loads((BUILT_IN / f"{service}.toml").read_text(encoding="utf-8"))

    shown = {
        line.split()[0].split(".")[0] for line in _gancang("catalogue", "show", service).stdout.splitlines()
    }

    assert set(written) - shown == set()


def test_a_service_shows_hours_as_a_clock_does() -> None:
    shown = _gancang("catalogue", "show", "ijen").stdout

    assert re.search(r"^tariff.surcharge.2.between +22:00, 05:00$", shown, re.MULTILINE)
    assert re.search(r"^max_distance_km +120$", shown, re.MULTILINE)


def test_the_catalogue_is_listed_and_a_wrong_one_names_file_and_key(tmp_path: Path) -> None:
    shutil.copytree(BUILT_IN, tmp_path, dirs_exist_ok=True)
    ride = tmp_path / "ride.toml"
    ride.write_text(ride.read_text().replace("per_km = 2200", "per_km = -1"))

    listed, wrong = (
        _gancang("catalogue", "list", "--json"),
        _gancang("catalogue", "check", "--folder", str(tmp_path)),
    )

    assert [
        (row["name"], row["tariff"]["per_km"]) for row in json.loads(listed.stdout) if row["name"] == "ride"
    ] == [("ride", 2200)]
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("gancang: ride.toml line 38: is wrong at tariff.per_km: ")


@pytest.mark.parametrize("line", EXAMPLE.read_text().splitlines(), ids=lambda line: json.loads(line)["id"])
def test_every_line_of_the_example_is_a_request_by_the_contract(line: str) -> None:
    request = parse(read({}, line.encode(), STRUCTURED, datetime.now(UTC)))

    assert CONTRACTS[request.type].is_request


@pytest.mark.parametrize("program", ["./gancang", "/srv/gancang/gancang"])
def test_help_calls_the_program_as_the_reader_did(program: str) -> None:
    shown = _gancang("order", "show", "--help", environment={"GANCANG_PROGRAM": program}).stdout

    assert f"Usage: {program} order show" in shown
    assert f" {program} order show o-1 --json" in shown


def test_help_names_no_type_for_what_takes_no_value() -> None:
    shown = [_gancang(*arguments, "--help").stdout for arguments in ((), ("order", "show"), ("demo",))]

    assert [text for text in shown if "bool" in text.lower()] == []
    assert "--debug" in shown[0]


def test_doctor_says_whose_servers_answer(nowhere: Path) -> None:
    port = free_ports(1)[0]
    amqp, mongodb = f"amqp://a:b@127.0.0.1:{port}/", f"mongodb://127.0.0.1:{port}/"
    named = {"GANCANG_AMQP_URL": amqp, "GANCANG_MONGODB_URI": mongodb}
    with (
        socket.create_server(("127.0.0.1", port)),
        announced(nowhere, ServerUrls(amqp, mongodb, "http://127.0.0.1:1")),
    ):
        by_name, by_folder = _gancang("doctor", environment=named).stdout, _gancang("doctor").stdout

    assert "RabbitMQ and MongoDB of GANCANG_AMQP_URL and GANCANG_MONGODB_URI answer" in by_name
    assert f"RabbitMQ and MongoDB of the `up`, `run` or `demo` that runs in {nowhere} answer" in by_folder


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


@pytest.mark.parametrize(
    "url", ["amqp://u:p@127.0.0.1:1/", "mongodb://u:p@127.0.0.1:1,127.0.0.1:2/?x=y", "amqp://[::1]:1/"]
)
def test_an_address_without_a_listener_does_not_answer(url: str) -> None:
    assert not answers_at(url)


def test_an_error_in_a_fixture_counts_as_failed(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)

    assert read_counts(report) == Counts(passed=4, failed=3, skipped=2)


def _gancang(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "services.ops", *arguments]
    variables = os.environ | {"PYTHONPATH": str(ROOT)} | (environment or {})
    return subprocess.run(command, capture_output=True, text=True, check=False, env=variables)
