"""Processes die while orders ask for and give back money: the budget is never overspent and loses nothing."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.requests.programmes import ProgrammeBudgetSet
from services.ops.embedded.ports import free_ports
from services.ops.embedded.urls import AMQP_VARIABLE, MONGODB_VARIABLE
from services.ops.running.keys import fresh_keys
from services.ops.running.readiness import all_ready
from services.ops.running.service_processes import ServiceProcesses
from services.runtime.storage.database import Collection, connect, database_of
from tests.support.builders import a_cancellation_requested, an_order_requested
from tests.support.eventually import eventually
from tests.support.outside import an_outside_app

if TYPE_CHECKING:
    from pathlib import Path

    from services.ops.running.service_processes import ServiceProcess
    from tests.support.outside import OutsideApp

pytestmark = pytest.mark.chaos
MONTH = f"{datetime.now(UTC) + timedelta(hours=7):%Y-%m}"
BUDGET = f"programme:aron:{MONTH}"
OFFICE = {"role": "agency", "id": "dukcapil"}
FARE, ORDERS, PAID_FOR = 9_000, 240, 80
PAID = {
    "service": "document",
    "customer": {"id": "dukcapil", "kind": "agency"},
    "recipient": {"id": "r-1"},
    "details": {"envelope": "KTP-0001"},
    "payer": {"kind": "programme", "id": "aron"},
}


async def test_the_budget_adds_up_whoever_dies_when(
    broker_url: str, database_uri: str, tmp_path: Path
) -> None:
    environment = {
        AMQP_VARIABLE: broker_url,
        MONGODB_VARIABLE: database_uri,
        "GANCANG_LOG": "json",
        **fresh_keys(),
    }
    client = connect(database_uri)
    ledgers = database_of(client)["ledgers"]
    with ServiceProcesses(environment, tmp_path) as children:
        ports = iter(free_ports(6))
        workers = [children.start("orders", number, next(ports)) for number in (1, 2)]
        await all_ready(workers)
        async with an_outside_app(broker_url) as app:
            await a_budget(app, ledgers)
            for number in range(ORDERS):
                await app.request(an_order_requested(**PAID, order_id=f"o-{number}"))
            workers = [
                await replaced(children, worker, number, next(ports))
                for number, worker in enumerate(workers, start=3)
            ]

            await eventually(lambda: len(decided(app)) == ORDERS, within=90)
            accepted = {event.data.order_id for event in app.of_type("order.accepted.v1")}
            assert len(accepted) == PAID_FOR
            assert set((await added_up(ledgers))["held"]) == accepted

            for order_id in sorted(accepted):
                await app.request(a_cancellation_requested(order_id=order_id, by=OFFICE))
            workers = [
                await replaced(children, worker, number, next(ports))
                for number, worker in enumerate(workers, start=5)
            ]
            row = await eventually(lambda: ledgers.find_one({"_id": BUDGET, "held": {}}), within=90)

    assert (row["remaining"], row["spent"]) == (FARE * PAID_FOR, 0)
    client.close()


async def a_budget(app: OutsideApp, ledgers: Collection) -> None:
    fact = {
        "programme_id": "aron",
        "period": MONTH,
        "cap": FARE * PAID_FOR,
        "services": ["document"],
        "by": OFFICE,
    }
    await app.request(ProgrammeBudgetSet.model_validate(fact))
    await eventually(lambda: ledgers.find_one({"_id": BUDGET}))


async def replaced(
    children: ServiceProcesses, worker: ServiceProcess, number: int, port: int
) -> ServiceProcess:
    """He is killed in the middle of his work, and another one takes his place."""
    os.kill(worker.process.pid, signal.SIGKILL)
    worker.process.wait()
    children.running.remove(worker)
    another = children.start("orders", number, port)
    await all_ready([another])
    return another


async def added_up(ledgers: Collection) -> dict[str, Any]:
    row: dict[str, Any] = await ledgers.find_one({"_id": BUDGET})
    assert row["cap"] == row["remaining"] + row["spent"] + sum(
        entry["amount"] for entry in row["held"].values()
    )
    assert row["remaining"] >= 0
    return row


def decided(app: OutsideApp) -> set[str]:
    """Orders of which the world has heard; no order is both accepted and rejected."""
    accepted = {event.data.order_id for event in app.of_type("order.accepted.v1")}
    rejected = {event.data.order_id for event in app.of_type("order.rejected.v1", reason="budget_exhausted")}
    assert not accepted & rejected
    return accepted | rejected
