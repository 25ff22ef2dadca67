"""`gancang demo` as people call it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pika
import pytest

from tests.support.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
WITHIN_S = 420  # the demo's own limit is shorter, and it names what has not ended
DYING_S, TAIL = 30, 6_000
ORDERS = 40  # from so many on every service has its stories
SERVICES = {"document", "food", "ijen", "medicine", "parcel", "ride", "urgent"}
ARGUMENTS = ("demo", "--orders", str(ORDERS), "--seed", "3", "--json")

pytestmark = pytest.mark.slow


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo that runs, with a state folder of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GANCANG_")}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "services.ops", *ARGUMENTS],
        env={**inherited, "GANCANG_STATE": str(tmp_path), "PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        if process.poll() is None:
            process.terminate()


def outcome(demo: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    try:
        output, errors = demo.communicate(timeout=WITHIN_S)
    except subprocess.TimeoutExpired:
        demo.send_signal(signal.SIGABRT)  # it says where it stands
        _, errors = demo.communicate(timeout=DYING_S)
        pytest.fail(f"no end within {WITHIN_S} s:\n{errors[-TAIL:]}")
    assert output, errors
    return demo.returncode, json.loads(output)


def test_a_morning_in_the_town_holds_every_invariant(demo: subprocess.Popen[str]) -> None:
    code, document = outcome(demo)

    assert [row for row in document["invariants"] if not row["holds"]] == []
    assert (code, document["ok"], document["orders_sent"]) == (0, True, ORDERS)
    assert sum(sum(reasons.values()) for reasons in document["orders"].values()) == ORDERS
    assert sum(document["orders"]["completed"].values()) >= ORDERS // 3
    assert {name for name, row in document["services"].items() if row["ordered"]} >= SERVICES
    money = document["money"]
    assert (
        money["total"]
        == money["driver_share"] + money["app_share"] + money["welfare_share"] + money["merchant_share"]
    )


async def test_an_unreadable_message_breaks_one_invariant(
    demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    run_file = tmp_path / "run.json"
    await eventually(run_file.exists, within=60)
    urls = json.loads(run_file.read_text())

    await eventually(lambda: _publish_rubbish(urls["amqp"]), within=60)
    code, document = outcome(demo)

    broken = [row for row in document["invariants"] if not row["holds"]]
    assert (code, document["ok"]) == (1, False)
    assert broken == [
        {"name": "nothing is parked", "holds": False, "offenders": ["orders.order_requested.parked: 1"]}
    ]


def _publish_rubbish(url: str) -> bool:
    """Whether a queue took it: not before the services have declared theirs."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("gancang.requests", "order.requested.v1", b"rubbish", mandatory=True)
    except (pika.exceptions.UnroutableError, pika.exceptions.ChannelClosedByBroker):
        return False
    finally:
        if connection.is_open:
            connection.close()
    return True
