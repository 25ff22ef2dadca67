"""Two processes lead on purpose: offers are wasted, but no driver and no order is matched twice."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from functools import partial
from typing import Any

import aio_pika

from contracts.queues import LEADER
from services.matching.app import build as build_matching
from services.ops.demo.checks.evidence import Servers
from services.orders.app import build as build_orders
from tests.support.builders import an_order_requested
from tests.support.crowd import Crowd, everything_holds
from tests.support.eventually import eventually
from tests.support.outside import OutsideApp, an_outside_app
from tests.support.services import at_work, runtime_settings

ORDERS, DRIVERS, MOST_OPEN = 30, 40, 3
SECOND = "matching.leader.second"


async def test_one_driver_an_order_and_one_order_a_driver_with_two_leaders(
    broker_url: str, database_uri: str
) -> None:
    settings = runtime_settings(broker_url, database_uri)
    async with at_work("orders", build_orders, settings), at_work("matching", build_matching, settings):
        await declare_leader_queue(broker_url, SECOND)
        async with (
            at_work("matching", partial(build_matching, leader_queue=SECOND), settings),
            an_outside_app(broker_url) as app,
        ):
            await eventually(partial(both_lead, broker_url))
            crowd = Crowd(app)
            await crowd.on_duty(f"d-{number}" for number in range(DRIVERS))

            orders = [f"o-{number}" for number in range(ORDERS)]
            await asyncio.gather(*(app.request(an_order_requested(order_id=order_id)) for order_id in orders))
            await eventually(lambda: len(app.of_type("offer.made.v1")) >= ORDERS, within=30)
            working = asyncio.create_task(crowd.work())

            await eventually(lambda: len(app.of_type("order.completed.v1")) == ORDERS, within=90)
            await everything_holds(Servers(broker_url, database_uri), crowd, orders)
            await eventually(lambda: offers(app, "offer.made.v1") == offers(app, "offer.closed.v1"))
            assert await both_lead(broker_url)
            working.cancel()
        assert most_open(app) <= MOST_OPEN


async def declare_leader_queue(broker_url: str, name: str) -> None:
    connection = await aio_pika.connect(broker_url)
    async with connection, connection.channel() as channel:
        await channel.declare_queue(
            name, durable=True, arguments={"x-queue-type": "quorum", "x-single-active-consumer": True}
        )


async def both_lead(broker_url: str) -> bool:
    """Whether each queue has a consumer that holds its token."""
    connection = await aio_pika.connect(broker_url)
    async with connection, connection.channel() as channel:
        queues = [await channel.declare_queue(name, passive=True) for name in (LEADER, SECOND)]
    held = [queue.declaration_result for queue in queues]
    return all(found.consumer_count and not found.message_count for found in held)


def offers(app: OutsideApp, name: str) -> set[str]:
    return {event.data.offer_id for event in app.of_type(name)}


def most_open(app: OutsideApp) -> int:
    """The most open offers of one order at a time; of one write, offers close before new ones are made."""
    opened: dict[str, set[str]] = defaultdict(set)
    most = 0
    heard: list[Any] = [*app.of_type("offer.closed.v1"), *app.of_type("offer.made.v1")]
    for event in sorted(heard, key=lambda event: event.sequence):
        known = opened[event.data.order_id]
        (known.add if event.type == "offer.made.v1" else known.discard)(event.data.offer_id)
        most = max(most, len(known))
    return most
