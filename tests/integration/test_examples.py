"""The publishers of docs/examples, run as their readers run them, against the orders service as a process."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import pymongo
import pytest

from services.ops.embedded.ports import free_ports
from services.ops.running.readiness import all_ready
from services.ops.running.service_processes import ServiceProcesses
from tests.support.rabbit_api import RabbitApi
from tests.support.services import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.ops.embedded import ServerUrls

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
CACHE = ROOT / ".gancang" / "dev" / "examples"
FETCH_WITHIN_S, RUN_WITHIN_S = 300, 60
FETCHED = ".fetched"
COLOUR_RESET = "\x1b[0m"  # Maven ends with it even where it colours nothing


@dataclass(frozen=True)
class Language:
    """How an example is prepared and run.

    `fetch` may need the network, once for each state of the `lock` file.
    """

    name: str
    run: tuple[str, ...]
    needs: tuple[str, ...] = ()
    lock: str = ""
    fetch: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """A copy of the example with its dependencies."""
        return CACHE / self.name


GO = {
    "GOMODCACHE": str(CACHE / "go-modules"),
    "GOCACHE": str(CACHE / "go-build"),
    "GOFLAGS": "-modcacherw",
    "GOTOOLCHAIN": "local",
}
MAVEN = ("mvn", "-q", "-B", f"-Dmaven.repo.local={CACHE / 'maven'}", "compile", "exec:java")
LANGUAGES = (
    Language("python", (sys.executable, "ride.py")),
    Language(
        "go",
        run=("./ride",),
        needs=("go",),
        lock="go.sum",
        fetch=("go", "mod", "download"),
        build=("go", "build", "-o", "ride", "."),
        environment=GO,
    ),
    Language(
        "javascript",
        run=("node", "ride.mjs"),
        needs=("node", "npm"),
        lock="package-lock.json",
        fetch=("npm", "ci", "--no-audit", "--no-fund"),
    ),
    Language(
        "java",
        run=(*MAVEN, "--offline", "-Dexec.args"),
        needs=("mvn", "javac"),
        lock="pom.xml",
        fetch=(*MAVEN, "-Dexec.skip=true"),
    ),
)


@pytest.fixture(scope="module")
def orders_at_work(server_urls: ServerUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The AMQP URL of a virtual host where the orders service works."""
    name = f"examples-{secrets.token_hex(6)}"
    broker_url = urlunsplit(urlsplit(server_urls.amqp)._replace(path=f"/{name}", query=""))
    database_uri = urlunsplit(urlsplit(server_urls.mongodb)._replace(path=f"/{name}"))
    environment = {
        "GANCANG_AMQP_URL": broker_url,
        "GANCANG_MONGODB_URI": database_uri,
        **KEYS,
    }
    with (
        RabbitApi(server_urls.rabbitmq_api) as api,
        pymongo.MongoClient[dict[str, Any]](server_urls.mongodb) as mongo,
    ):
        api.create_vhost(name)
        with ServiceProcesses(environment, tmp_path_factory.mktemp("orders")) as children:
            asyncio.run(all_ready([children.start("orders", port=free_ports(1)[0])]))
            yield broker_url
        api.delete_vhost(name)
        mongo.drop_database(name)


@pytest.fixture(scope="module", params=LANGUAGES, ids=lambda language: language.name)
def language(request: pytest.FixtureRequest) -> Language:
    """One language with everything it needs; skips with the reason where it is not to be had."""
    chosen: Language = request.param
    missing = [program for program in chosen.needs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    shutil.copytree(EXAMPLES / chosen.name, chosen.folder, dirs_exist_ok=True)
    fetch(chosen)
    if chosen.build:
        built = execute(chosen, chosen.build, within=FETCH_WITHIN_S)
        assert built.returncode == 0, built.stderr
    return chosen


def fetch(language: Language) -> None:
    """The locked dependencies, into the cache; skips when they can't be had."""
    if not language.fetch:
        return
    locked = sha256((language.folder / language.lock).read_bytes()).hexdigest()
    note = language.folder / FETCHED
    if note.exists() and note.read_text() == locked:
        return
    fetched = execute(language, language.fetch, within=FETCH_WITHIN_S)
    if fetched.returncode != 0:
        pytest.skip(f"the dependencies cannot be fetched: {(fetched.stdout + fetched.stderr)[-400:]}")
    note.write_text(locked)


def execute(
    language: Language, command: tuple[str, ...], *, url: str = "", within: float
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **language.environment, "GANCANG_AMQP_URL": url}
    return subprocess.run(
        command,
        cwd=language.folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
    )


def order(language: Language, service: str, url: str) -> subprocess.CompletedProcess[str]:
    *head, last = language.run
    command = (*head, f"{last}={service}") if last.startswith("-D") else (*language.run, service)
    done = execute(language, command, url=url, within=RUN_WITHIN_S)
    done.stdout, done.stderr = (text.replace(COLOUR_RESET, "") for text in (done.stdout, done.stderr))
    return done


def test_an_example_orders_a_ride_and_prints_its_fare(language: Language, orders_at_work: str) -> None:
    done = order(language, "ride", orders_at_work)

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"order o-[A-Za-z0-9-]+ accepted: Rp 9000\n", done.stdout)


def test_an_example_says_why_its_request_was_refused(language: Language, orders_at_work: str) -> None:
    done = order(language, "balloon", orders_at_work)

    assert (done.returncode, done.stdout) == (1, "")
    assert "request refused, unknown_service: The catalogue has no such service." in done.stderr
