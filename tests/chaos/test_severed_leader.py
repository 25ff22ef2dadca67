"""A leader cut off from the broker: another process takes over, and the old one does no harm on return."""

from __future__ import annotations

import asyncio

import pytest

from services.matching.app import build as build_matching
from services.ops.demo.checks.evidence import Servers
from services.orders.app import build as build_orders
from tests.support.builders import an_order_requested
from tests.support.crowd import Crowd, everything_holds
from tests.support.outside import OutsideApp, an_outside_app
from tests.support.proxy import Proxy
from tests.support.services import at_work, runtime_settings

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.slow,
    # aiormq drops its own close() when a connection dies under it
    pytest.mark.filterwarnings("ignore:coroutine 'Connection.close' was never awaited"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
WITHIN_S = 90  # the broker gives a silent connection up after two to three heartbeats of ten seconds
BEFORE, DURING, AFTER = (
    [f"o-{when}-{number}" for number in range(6)] for when in ("before", "during", "after")
)


async def test_orders_are_driven_before_during_and_after_the_partition(
    broker_url: str, database_uri: str
) -> None:
    settings = runtime_settings(broker_url, database_uri)
    async with (
        Proxy.of(broker_url) as proxy,
        at_work("orders", build_orders, settings),
        an_outside_app(broker_url) as app,
    ):
        severed = runtime_settings(proxy.through(broker_url), database_uri)
        async with at_work("matching", build_matching, severed):
            crowd = Crowd(app)
            working = asyncio.create_task(crowd.work())
            await crowd.on_duty(f"d-{number}" for number in range(12))
            await app.request(an_order_requested(order_id="o-first"))
            await app.event("order.completed.v1", order_id="o-first")
            async with at_work("matching", build_matching, settings):
                await drive(app, BEFORE)
                proxy.stall()
                await drive(app, DURING)
                proxy.heal()
                await drive(app, AFTER)

                await everything_holds(
                    Servers(broker_url, database_uri), crowd, ("o-first", *BEFORE, *DURING, *AFTER)
                )
                working.cancel()


async def drive(app: OutsideApp, orders: list[str]) -> None:
    """Order them all at once, and wait until each is completed."""
    await asyncio.gather(*(app.request(an_order_requested(order_id=order_id)) for order_id in orders))
    for order_id in orders:
        await app.event("order.completed.v1", order_id=order_id, within=WITHIN_S)
