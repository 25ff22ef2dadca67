"""A killed leader of the rounds: another process goes on within seconds, and no search is lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from services.ops.demo.checks.evidence import Servers
from services.ops.embedded.ports import free_ports
from services.ops.embedded.urls import AMQP_VARIABLE, MONGODB_VARIABLE
from services.ops.running.keys import fresh_keys
from services.ops.running.readiness import all_ready
from services.ops.running.service_processes import ServiceProcess, ServiceProcesses
from services.orders.app import build as build_orders
from tests.support.builders import an_order_requested
from tests.support.crowd import Crowd, everything_holds
from tests.support.eventually import eventually
from tests.support.outside import an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.chaos
TAKE_OVER_S = 5.0
GENTENG = {"lat": -8.3670, "lng": 114.1510}
NEAR_GENTENG = {"lat": -8.3601, "lng": 114.1502}
ASKED, WAITING = [f"o-asked-{number}" for number in range(4)], [f"o-waiting-{number}" for number in range(4)]


async def test_its_work_goes_on_in_the_other_process_within_five_seconds(
    broker_url: str, database_uri: str, tmp_path: Path
) -> None:
    environment = {
        AMQP_VARIABLE: broker_url,
        MONGODB_VARIABLE: database_uri,
        "GANCANG_LOG": "json",
        **fresh_keys(),
    }
    settings = runtime_settings(broker_url, database_uri)
    async with at_work("orders", build_orders, settings), an_outside_app(broker_url) as app:
        with ServiceProcesses(environment, tmp_path) as children:
            started = [
                children.start("matching", number, port) for number, port in enumerate(free_ports(2), start=1)
            ]
            await all_ready(started)
            leader = await eventually(lambda: leading(started))
            crowd = Crowd(app)
            await crowd.on_duty(f"d-{number}" for number in range(12))
            for order_id in WAITING:
                await app.request(an_order_requested(order_id=order_id, pickup=GENTENG, dropoff=NEAR_GENTENG))
            for order_id in ASKED:
                await app.request(an_order_requested(order_id=order_id))
                await app.event("offer.made.v1", order_id=order_id)

            os.kill(leader.process.pid, signal.SIGKILL)
            killed = monotonic()
            await app.request(an_order_requested(order_id="o-new"))

            await app.event("offer.made.v1", order_id="o-new", within=TAKE_OVER_S)
            assert monotonic() - killed < TAKE_OVER_S
            working = asyncio.create_task(crowd.work())
            await crowd.on_duty([f"d-genteng-{number}" for number in range(4)], **GENTENG)
            for order_id in (*WAITING, *ASKED, "o-new"):
                await app.event("order.completed.v1", order_id=order_id, within=60)
            await everything_holds(Servers(broker_url, database_uri), crowd, (*WAITING, *ASKED, "o-new"))
            working.cancel()


def leading(matchers: list[ServiceProcess]) -> ServiceProcess | None:
    """Who said last that he leads."""
    return next(
        (child for child in matchers if said(child, "leader.began") > said(child, "leader.ended")), None
    )


def said(child: ServiceProcess, event: str) -> int:
    """How often his log says so."""
    lines = child.log.read_text().splitlines() if child.log is not None else []
    return sum(json.loads(line).get("event") == event for line in lines if line.startswith("{"))
