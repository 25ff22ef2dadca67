"""A webhook is posted until the agency accepts it; a slow or broken agency delays no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from services.notifications.adapters.webhooks.log import Range, WebhookLog
from tests.support.agencies import HERE, a_receipt, a_secret, delivery, faster, registered
from tests.support.eventually import eventually
from tests.support.receiver import RESET, STALL, Receiver

if TYPE_CHECKING:
    from tests.integration.notifications.conftest import World


async def test_deliveries_wait_until_there_is_a_secret(world: World, receiver: Receiver) -> None:
    async with world.service(**HERE, clock=faster(60)):
        await registered(world, receiver.url())
        await world.publish(a_receipt())
        await eventually(lambda: delivery(world))
        assert receiver.posts == []

        await a_secret(world)

        await eventually(lambda: receiver.posts, within=40)


async def test_busy_broken_slow_and_cut_connections_are_retried_under_the_same_id(
    world: World, receiver: Receiver
) -> None:
    receiver.answers["/hook"] = ["HTTP/1.1 429 busy\r\nretry-after: 1", 503, RESET]
    receiver.answers["/slow"] = [STALL]
    async with world.service(**HERE):
        await registered(world, receiver.url())
        await registered(world, receiver.url("/slow"), agency_id="dinkes")
        await a_secret(world)
        await a_secret(world, "dinkes")

        await world.publish(a_receipt())
        await world.publish(a_receipt(agency_id="dinkes"))

        await eventually(lambda: len(world.of_type("notification.sent.v1")) == 2, within=20)
    posts = receiver.at("/hook")
    assert len({post.headers["webhook-id"] for post in posts}) == 1
    log = (await WebhookLog(world.store).deliveries("dukcapil", 10))[0]
    kept = await delivery(world)
    assert (log["status"], log["attempts"], log["last"]) == ("sent", 4, "204")
    assert [attempt["detail"] for attempt in kept["attempts"]][:2] == ["429", "503"]
    assert kept["attempts"][1]["at"] - kept["attempts"][0]["at"] >= timedelta(seconds=1)
    assert len(receiver.at("/slow")) == 2


async def test_a_slow_agency_delays_no_other(world: World, receiver: Receiver) -> None:
    receiver.answers["/slow"] = [STALL] * 40
    async with world.service(**{**HERE, "webhook_s": 8}):
        await registered(world, receiver.url("/slow"))
        await registered(world, receiver.url("/quick"), agency_id="dinkes")
        await a_secret(world)
        await a_secret(world, "dinkes")
        for number in range(20):
            await world.publish(a_receipt(order_id=f"o-{number}"))

        await world.publish(a_receipt(agency_id="dinkes"))

        await eventually(lambda: receiver.at("/quick"), within=4)
        assert len(receiver.at("/slow")) <= 4
        receiver.stalled.set()


async def test_gone_disables_the_webhook_until_it_is_registered_again(
    world: World, receiver: Receiver
) -> None:
    receiver.answers["/hook"] = [410]
    async with world.service(**HERE):
        await registered(world, receiver.url())
        await a_secret(world)
        await world.publish(a_receipt())
        failed = await eventually(lambda: world.of_type("notification.failed.v1"))

        await world.publish(a_receipt(order_id="o-2"))
        await eventually(world.nothing_waits)
        listed = await WebhookLog(world.store).webhooks()
        await registered(world, receiver.url())
        await world.publish(a_receipt(order_id="o-3"))
        await eventually(lambda: len(receiver.posts) == 2)
    assert (failed[0]["reason"], failed[0]["channel"], listed[0]["disabled"]) == ("gone", "webhook", "gone")
    assert [json.loads(post.body)["data"]["order_id"] for post in receiver.posts] == ["o-1", "o-3"]


async def test_a_range_is_posted_again_under_the_same_ids(world: World, receiver: Receiver) -> None:
    begin = datetime.now(UTC)
    async with world.service(**HERE):
        await registered(world, receiver.url())
        await a_secret(world)
        await world.publish(a_receipt())
        await eventually(lambda: world.of_type("notification.sent.v1"))
        wanted = Range("dukcapil", begin, datetime.now(UTC) + timedelta(seconds=1))

        replayed = await WebhookLog(world.store).replay(wanted, datetime.now(UTC))

        await eventually(lambda: len(receiver.posts) == 2)
    assert replayed == 1
    assert len({post.headers["webhook-id"] for post in receiver.posts}) == 1


async def test_agencies_that_hang_leave_a_slot_for_those_that_answer(
    world: World, receiver: Receiver
) -> None:
    receiver.answers["/hangs"] = [STALL] * 100
    hanging = [f"hangs-{number}" for number in range(22)]
    async with world.service(**{**HERE, "webhook_s": 30}):
        for agency in hanging:
            await registered(world, receiver.url("/hangs"), agency)
            await a_secret(world, agency)
        await registered(world, receiver.url("/quick"), "dinkes")
        await a_secret(world, "dinkes")
        for agency in hanging:
            for number in range(4):
                await world.publish(a_receipt(agency_id=agency, order_id=f"o-{number}"))
        await eventually(lambda: len(receiver.at("/hangs")) >= 64, within=20)

        await world.publish(a_receipt(agency_id="dinkes"))

        await eventually(lambda: receiver.at("/quick"))
        receiver.stalled.set()


async def test_a_delivery_without_a_slot_waits_and_is_not_read_over_and_over(
    world: World, receiver: Receiver
) -> None:
    receiver.answers["/slow"] = [STALL] * 40
    deliveries = world.store["webhook_deliveries"]
    async with world.service(**{**HERE, "webhook_s": 30}):
        await registered(world, receiver.url("/slow"))
        await a_secret(world)
        for number in range(20):
            await world.publish(a_receipt(order_id=f"o-{number}"))
        await eventually(lambda: len(receiver.at("/slow")) == 4)

        async def all_wait() -> bool:
            waiting = await deliveries.count_documents(
                {"state.status": "pending", "next_due": {"$gt": datetime.now(UTC)}}
            )
            return bool(waiting == 16)

        await eventually(all_wait)
        receiver.answers.clear()
        receiver.stalled.set()
        await eventually(
            lambda: len({post.headers["webhook-id"] for post in receiver.posts}) == 20, within=20
        )


async def test_a_delivery_can_be_replayed_for_two_weeks_and_is_removed_then(
    world: World, receiver: Receiver
) -> None:
    async with world.service(**HERE):
        await registered(world, receiver.url())
        await a_secret(world)
        await world.publish(a_receipt())
        await eventually(lambda: world.of_type("notification.sent.v1"))
        kept = await world.store["webhook_deliveries"].find_one({})

    assert kept is not None
    assert timedelta(days=13) < kept["expires_at"] - datetime.now(UTC) <= timedelta(days=14)


async def test_a_delivery_without_a_secret_is_given_up_at_the_end_and_can_be_replayed(
    world: World, receiver: Receiver
) -> None:
    begin = datetime.now(UTC) - timedelta(minutes=1)
    async with world.service(**HERE):
        await registered(world, receiver.url())
        await world.publish(a_receipt(), time=datetime.now(UTC))
        failed = await eventually(lambda: world.of_type("notification.failed.v1"), within=30)
        given_up = await delivery(world)
        await a_secret(world)

        await WebhookLog(world.store).replay(Range("dukcapil", begin, datetime.now(UTC)), datetime.now(UTC))

        await eventually(lambda: receiver.posts)
    assert failed[0]["reason"] == "no_contact"
    assert given_up["attempts"][-1]["detail"] == "no_secret"
