"""Two processes decide on the same order at the same time: one writes, and one effect follows."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import REGISTRY

from contracts.requests.drivers import DriverDelivered
from contracts.values import Leg
from services.orders.adapters.mongo import ORDER, ROUTE_STATUS
from services.orders.domain.custody.terms import IssuedCode
from services.orders.domain.order import Order
from services.orders.domain.route.status import RouteStatus
from services.orders.domain.route.terms import Climb
from services.orders.handlers.on_order import apply
from services.orders.handlers.order_due import order_due
from services.orders.handlers.route_status_changed import route_due
from services.orders.steps import by_driver
from services.runtime.change import Cause, Change
from services.runtime.process.runtime import Application
from tests.support.builders import a_message
from tests.support.envelopes import picked_up, returning
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from services.runtime.process.runtime import Runtime

ORDERS = 30
NOW = datetime.now(UTC)
CLOSED = RouteStatus("ijen", NOW, open=False, reason="volcano", starts_at=NOW - timedelta(hours=1))
OF_NOBODY = SimpleNamespace(matches=lambda *_: False)


class Process:
    """The orders of one process, without its consumers and its timers."""

    context: Any

    async def build(self, runtime: Runtime) -> Application:
        self.context = SimpleNamespace(
            orders=runtime.aggregates(ORDER),
            route_statuses=runtime.aggregates(ROUTE_STATUS),
            orders_on_route=SimpleNamespace(on=lambda _: asyncio.sleep(0, [f"o-{n}" for n in range(ORDERS)])),
            clock=runtime.clock,
        )
        return Application(routes=())

    async def reasons(self, order_id: str) -> list[str | None]:
        """The reasons in the order's history."""
        stored = await self.context.orders.get(order_id)
        return [line["reason"] for line in stored.history]


@pytest.fixture
async def processes(broker_url: str, database_uri: str) -> AsyncIterator[tuple[Process, Process]]:
    settings, both = runtime_settings(broker_url, database_uri), (Process(), Process())
    async with AsyncExitStack() as stack:
        for process in both:
            await stack.enter_async_context(at_work("orders", process.build, settings))
        yield both


def overdue() -> Order:
    late = replace(returning().delivery, return_by=NOW - timedelta(hours=1))
    return replace(returning(), delivery=late)


def at_the_door() -> Order:
    return replace(picked_up(), code=IssuedCode(serial=1))


def on_the_mountain() -> Order:
    return replace(picked_up(), climb=Climb("ijen", NOW), leg=Leg.OUT)


async def is_due(process: Process, order_id: str) -> None:
    await order_due(process.context, order_id)


async def is_closed(process: Process, _order_id: str) -> None:
    await route_due(process.context, "ijen")


async def wrong_code(process: Process, order_id: str) -> None:
    proof = {"code": "000000", "envelope": "ENV-0042"}
    data = DriverDelivered.model_validate({"driver_id": "d-7", "order_id": order_id, "proof": proof})
    step = partial(by_driver.trip_step, codes=OF_NOBODY)
    await apply(process.context, step, a_message(data))


@pytest.mark.parametrize(
    ("order", "decide", "reason", "metric"),
    [
        (overdue(), is_due, "return_overdue", "gancang_returns_overdue_total"),
        (on_the_mountain(), is_closed, "route_closed", "gancang_guests_cut_off_total"),
        (at_the_door(), wrong_code, "wrong_code", "gancang_wrong_codes_total"),
    ],
)
async def test_what_two_processes_decide_at_once_is_written_and_counted_once(
    processes: tuple[Process, Process],
    order: Order,
    decide: Callable[[Process, str], Awaitable[None]],
    reason: str,
    metric: str,
) -> None:
    one, other = processes
    cause, before, ids = Cause("app.test", "given", NOW), counted(metric), [f"o-{n}" for n in range(ORDERS)]
    await one.context.route_statuses.change("ijen", cause, lambda _: Change(CLOSED))
    for order_id in ids:
        given = replace(order, order_id=order_id)
        await one.context.orders.change(order_id, cause, lambda _, given=given: Change(given))

    await asyncio.gather(*(decide(process, order_id) for order_id in ids for process in processes))

    assert [await other.reasons(order_id) for order_id in ids] == [[reason]] * ORDERS
    assert counted(metric) - before == ORDERS


def counted(metric: str) -> float:
    return REGISTRY.get_sample_value(metric, {"service": "document"}) or 0.0
