"""A command imports what it works with and nothing else, so that help and small commands answer at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SERVICES = {"services.orders", "services.matching", "services.notifications", "services.simulator"}
MODELS = {"contracts.registry", "contracts.values", "pydantic_settings"}
BROKER = {"aio_pika", "aiormq", "faststream"}
DATABASE = {"motor", "pymongo"}
NUMBERS = {"numpy", "scipy", "h3"}
OTHERS = {
    "httpx",
    "jinja2",
    "babel",
    "starlette",
    "uvicorn",
    "uvloop",
    "structlog",
    "aiosmtpd",
    "prometheus_client",
}
HEAVY = SERVICES | MODELS | BROKER | DATABASE | NUMBERS | OTHERS | {"cryptography"}


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--help",),
        ("order", "--help"),
        ("order", "show", "--help"),
        ("demo", "--help"),
        ("doctor", "--help"),
    ],
    ids=" ".join,
)
def test_help_imports_neither_drivers_nor_models(arguments: tuple[str, ...]) -> None:
    assert _imported_by(*arguments) & HEAVY == set()


def test_an_order_is_shown_without_broker_services_and_models() -> None:
    imported = _imported_by("order", "show", "no id at all")

    assert "motor" in imported
    assert imported & (HEAVY - DATABASE - {"cryptography"}) == set()


def test_the_catalogue_is_listed_without_servers() -> None:
    assert _imported_by("catalogue", "list") & (BROKER | {"httpx", "scipy"}) == set()


def _imported_by(*arguments: str) -> set[str]:
    """The modules that the interpreter names while the command runs."""
    command = [sys.executable, "-X", "importtime", "-P", "-m", "services.ops", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert lines, done.stderr
    return {line.rpartition("|")[2].strip() for line in lines}
