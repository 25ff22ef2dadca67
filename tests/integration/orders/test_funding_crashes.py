"""The process dies while it takes an order in: the order's timer goes on, and no rupiah is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.values import Customer, OrderStatus, Payer
from services.orders.adapters.ledger import MongoBudgetLedger
from services.orders.adapters.mongo import ORDER
from services.orders.app import build
from services.orders.domain.intake.intake import take_in
from services.orders.domain.intake.request import Lookups
from services.orders.domain.order import SYSTEM, Ending, Order
from services.orders.domain.payment.funding import HoldState, PayerRecord
from services.runtime.change import Cause, Change
from tests.support.eventually import eventually
from tests.support.orders import CATALOGUE, wanted
from tests.support.outside import an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.runtime.process.runtime import Runtime
    from tests.support.outside import OutsideApp

POOR = Customer.model_validate({"id": "c-1", "kind": "resident"})
POOR_UNTIL = (datetime.now(UTC) + timedelta(days=30)).date()
PROGRAMME = Payer.model_validate({"kind": "programme", "id": "gancang-aron"})


@pytest.fixture
async def runtime(broker_url: str, database_uri: str) -> AsyncIterator[Runtime]:
    async with at_work("orders", build, runtime_settings(broker_url, database_uri)) as runtime:
        yield runtime


@pytest.fixture
async def app(runtime: Runtime, broker_url: str) -> AsyncIterator[OutsideApp]:
    async with an_outside_app(broker_url) as app:
        yield app


def an_order_that_waits() -> Order:
    """An order taken in a while ago that does not know whether its budget was asked."""
    asked = wanted(payer=PROGRAMME, customer=POOR)
    facts = Lookups(
        datetime.now(UTC) - timedelta(minutes=1), payer_record=PayerRecord(("medicine",), POOR_UNTIL)
    )
    return take_in(asked, CATALOGUE.services["medicine"], CATALOGUE.area, CATALOGUE.bands, facts)


async def left_behind(runtime: Runtime, order: Order, cap: int, *, held: bool) -> str:
    """Write what the dead process had written."""
    assert order.funding is not None
    ledger = MongoBudgetLedger(runtime.database)
    await ledger.set_cap(order.funding.budget_id, cap, 1)
    if held:
        assert await ledger.hold(order.funding.budget_id, order.order_id, order.funding.amount)
    cause = Cause("app.test", "dead", order.since)
    await runtime.aggregates(ORDER).change(order.order_id, cause, lambda _: Change(order))
    return order.funding.budget_id


async def the_row(runtime: Runtime, **wanted_fields: Any) -> dict[str, Any]:
    row: dict[str, Any] = await eventually(
        lambda: runtime.database["ledgers"].find_one(wanted_fields), within=20
    )
    return row


@pytest.mark.parametrize("held", [False, True], ids=["before the budget was asked", "after it had answered"])
async def test_an_order_begins_although_its_process_died_while_taking_it_in(
    runtime: Runtime, app: OutsideApp, held: bool
) -> None:
    order = an_order_that_waits()
    assert order.funding is not None

    await left_behind(runtime, order, 20_000, held=held)
    await app.event("order.accepted.v1", order_id="o-1")
    await app.event("order.search_started.v1", order_id="o-1")

    row = await the_row(runtime)
    assert row["remaining"] == 20_000 - order.funding.amount
    assert list(row["held"]) == ["o-1"]


async def test_an_order_whose_budget_is_used_up_meanwhile_is_rejected(
    runtime: Runtime, app: OutsideApp
) -> None:
    await left_behind(runtime, an_order_that_waits(), 100, held=False)

    rejected = await app.event("order.rejected.v1", order_id="o-1")

    assert rejected.data.reason == "budget_exhausted"
    assert (await the_row(runtime))["remaining"] == 100


@pytest.mark.parametrize(
    ("status", "spends"),
    [
        (OrderStatus.COMPLETED, True),
        (OrderStatus.RETURNED, True),
        (OrderStatus.CANCELLED, False),
        (OrderStatus.UNSERVED, False),
    ],
)
async def test_an_order_that_ended_when_its_process_died_is_settled(
    runtime: Runtime, app: OutsideApp, status: OrderStatus, spends: bool
) -> None:
    waiting = an_order_that_waits()
    assert waiting.funding is not None
    ending = Ending("recipient_absent", SYSTEM, waiting.funding.amount)
    ended = replace(
        waiting, status=status, ending=ending, funding=replace(waiting.funding, hold=HoldState.HELD)
    )

    await left_behind(runtime, ended, 20_000, held=True)

    row = await the_row(runtime, held={})
    assert row["spent"] == (waiting.funding.amount if spends else 0)
    assert row["remaining"] + row["spent"] == 20_000
