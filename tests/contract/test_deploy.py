"""The files of deploy/: definitions fit the topology, rights the contract, the compose file the examples."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.queues import QUEUES, QueueKind
from contracts.registry import CONTRACTS, Contract, Exchange
from contracts.speakers import NAMED, SPEAKERS
from contracts.values import Role
from services.ops.running.service_processes import known_services
from services.runtime.messaging.topology import topology

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMMITTED = json.loads((DEPLOY / "rabbitmq" / "definitions.json").read_text(encoding="utf-8"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SPEAKING = tomllib.loads((DEPLOY / "speakers.toml").read_text(encoding="utf-8"))
APPS = tuple(name for name in SPEAKING if name != "ops")
CONFIDENTIAL = {  # agencies get receipts by webhook, and no app reads how a driver is searched
    "gateway": {"offer.made.v1", "assignment.briefed.v1", "proposal.made.v1", "position.shared.v1"},
    "merchants": {"merchant.briefed.v1"},
    "desk": {"emergency.briefed.v1"},
}
REQUESTS = [one for one in CONTRACTS.values() if one.is_request]
SERVICES = known_services()


def may(user: str, right: str, name: str) -> bool:
    """Whether the user has the right (configure, write, read) on the exchange or queue."""
    rights = next(row for row in COMMITTED["permissions"] if row["user"] == user)
    return re.search(rights[right], name) is not None


def topic(user: str, right: str, exchange: str, key: str) -> bool:
    """Whether the user may write (or bind) the routing key; an exchange without a row allows everything."""
    rows = [
        row for row in COMMITTED["topic_permissions"] if (row["user"], row["exchange"]) == (user, exchange)
    ]
    return all(re.search(row[right], key) is not None for row in rows)


def speakers_of(contract: Contract) -> set[str]:
    """The roles in whose name this is said: who may stand in `by`, else whose word it is."""
    fields = contract.model.model_fields
    if "by" in fields:
        return {str(role) for role in SPEAKERS[contract.type]}
    if "customer" in fields:
        return {"customer", "agency"}
    if "recipient_id" in fields:
        return {role.value for role in Role} - {"system", "unknown"}
    return {role.value for name, role in NAMED if name in fields} or {contract.type.partition(".")[0]}


def may_say(user: str, contract: Contract) -> bool:
    """Whether broker and services let the login say this in some role."""
    written = may(user, "write", contract.exchange) and topic(user, "write", contract.exchange, contract.type)
    return written and bool(speakers_of(contract) & set(SPEAKING[user]))


def test_the_committed_definitions_are_what_the_script_prints() -> None:
    printed = subprocess.run(
        [sys.executable, DEPLOY / "rabbitmq" / "definitions.py"],
        capture_output=True,
        text=True,
        check=True,
        cwd=DEPLOY,
    ).stdout

    assert json.loads(printed) == COMMITTED, (
        "run: .venv/bin/python deploy/rabbitmq/definitions.py > deploy/rabbitmq/definitions.json"
    )


def test_nobody_has_a_password_in_the_file() -> None:
    assert {user["password_hash"] for user in COMMITTED["users"]} == {""}
    assert {user["name"] for user in COMMITTED["users"]} >= {*SERVICES, *SPEAKING, "topology"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_read_its_queues_and_no_others(name: str) -> None:
    own = {queue.name for queue in QUEUES.values() if queue.service == name}
    others = {queue.name for queue in QUEUES.values() if queue.service not in {name, "ops"}}
    parked = {queue.parked for queue in QUEUES.values() if queue.kind is QueueKind.WORK}

    assert all(may(name, "read", queue) for queue in own | {"ops.dead", "ops.unrouted_intake"})
    assert not any(may(name, "read", queue) for queue in others | parked | {"ops.unrouted", "app.example"})


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_write_the_events_that_it_owns_and_no_request(name: str) -> None:
    events = {one for one in CONTRACTS.values() if not one.is_request}
    own = {one for one in events if one.owner in {name, "any"}}

    assert all(
        may(name, "write", one.exchange) and topic(name, "write", one.exchange, one.type) for one in own
    )
    assert not any(topic(name, "write", one.exchange, one.type) for one in events - own)
    assert not may(name, "write", Exchange.REQUESTS)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_move_a_message_to_the_ladder_and_to_parking(name: str) -> None:
    delays = [
        exchange.name for exchange in topology().exchanges if exchange.name.startswith("gancang.delay.")
    ]

    assert all(may(name, "write", exchange) for exchange in [*delays, "amq.default"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_not_change_the_topology(name: str) -> None:
    declared = {*(queue.name for queue in topology().queues), *(one.name for one in topology().exchanges)} - {
        "gancang.matching.hints"
    }

    assert not any(may(name, "configure", one) for one in declared)


@pytest.mark.parametrize("name", APPS)
def test_an_app_has_queues_of_its_own_and_writes_only_requests(name: str) -> None:
    ours = {queue.name for queue in topology().queues} | {f"app.{name}x", "app", "amq.default"}

    assert all(
        may(name, right, queue)
        for right in ("configure", "write", "read")
        for queue in (f"app.{name}", f"app.{name}.events")
    )
    assert not any(may(name, right, queue) for right in ("configure", "write", "read") for queue in ours)
    assert [exchange.name for exchange in topology().exchanges if may(name, "write", exchange.name)] == [
        Exchange.REQUESTS
    ]
    assert not any(may(name, "configure", exchange.name) for exchange in topology().exchanges)


@pytest.mark.parametrize("name", APPS)
def test_an_app_reads_what_is_confidential_only_where_it_is_the_party(name: str) -> None:
    types = {one.type for one in CONTRACTS.values() if one.exchange is Exchange.CONFIDENTIAL} | {
        "#",
        "*.*.v1",
        "offer.#",
        "emergency.#",
    }
    readable = {key for key in types if topic(name, "read", Exchange.CONFIDENTIAL, key)}

    assert may(name, "read", Exchange.CONFIDENTIAL) is (name in CONFIDENTIAL)
    assert not may(name, "read", Exchange.CONFIDENTIAL) or readable == CONFIDENTIAL[name]


@pytest.mark.parametrize("contract", REQUESTS, ids=lambda one: one.type)
def test_for_everybody_who_may_say_a_request_some_login_does(contract: Contract) -> None:
    saying = {role for name in SPEAKING if may_say(name, contract) for role in SPEAKING[name]}

    assert speakers_of(contract) <= saying


@pytest.mark.parametrize("name", APPS)
def test_an_app_may_write_nothing_that_is_only_for_others_to_say(name: str) -> None:
    written = {one.type for one in REQUESTS if topic(name, "write", Exchange.REQUESTS, one.type)}

    assert written == {one.type for one in REQUESTS if one.type in written and may_say(name, one)}


def test_only_the_agency_attests_residence() -> None:
    attesting = ("driver.residence_attested.v1", "driver.residence_revoked.v1")

    assert [
        name for name in APPS if all(topic(name, "write", Exchange.REQUESTS, key) for key in attesting)
    ] == ["agency"]
    assert not topic("agency", "write", Exchange.REQUESTS, "driver.shift_started.v1")
    assert topic("gateway", "write", Exchange.REQUESTS, "driver.offer_accepted.v1")


def test_every_variable_of_the_compose_file_is_in_the_example() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    example = (DEPLOY / ".env.example").read_text(encoding="utf-8")
    images = {"BASE_IMAGE", "RABBITMQ_IMAGE", "MONGODB_IMAGE", "MAILPIT_IMAGE"}

    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text)) - images
    assert used == set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))


def test_the_services_are_read_only_and_wait_for_the_topology() -> None:
    services: dict[str, Any] = COMPOSE["services"]

    for name in SERVICES:
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["depends_on"]["topology"] == {"condition": "service_completed_successfully"}
        assert f"//{name}:" in services[name]["environment"]["GANCANG_AMQP_URL"]


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    target = tmp_path / "env"
    subprocess.run([DEPLOY / "make-secrets", target], check=True, capture_output=True)
    first = target.read_text(encoding="utf-8")
    values = dict(line.split("=", 1) for line in first.splitlines())
    target.write_text(first.replace(f"MONGODB_PASSWORD={values['MONGODB_PASSWORD']}\n", ""), encoding="utf-8")

    subprocess.run([DEPLOY / "make-secrets", target], check=True, capture_output=True)

    again = dict(line.split("=", 1) for line in target.read_text(encoding="utf-8").splitlines())
    assert target.stat().st_mode & 0o777 == 0o600
    assert all(values.values())
    assert len(set(values.values())) == len(values)
    assert {name for name in values if again[name] != values[name]} == {"MONGODB_PASSWORD"}
