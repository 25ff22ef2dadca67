"""Agencies hear of their own orders by webhook: signed, once for each event, and never by way of an address inside."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from contracts.events.confidential import ReceiptIssued
from contracts.requests.agencies import AgencyWebhookRegistered
from services.notifications.adapters.vault import MongoVault
from services.notifications.adapters.webhook_log import Range, WebhookLog
from services.notifications.adapters.webhook_secrets import WebhookSecrets
from services.runtime.sealing import Sealer
from tests.support.builders import a_driver_assigned
from tests.support.eventually import eventually
from tests.support.receiver import RESET, STALL, Receiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.notifications.conftest import World

ASSIGNED, RECEIPT = "order.driver_assigned.v1", "receipt.issued.v1"
HERE = {"webhook_allowed_networks": ["127.0.0.0/8"], "webhook_plain_http": True, "webhook_waits_s": [0.2, 0.2, 0.2], "webhook_s": 1}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


async def test_an_agency_hears_of_its_own_orders_signed_and_of_no_others(world: World, receiver: Receiver) -> None:
    async with world.service(**HERE):
        await registered(world, receiver.url())
        secret = await a_secret(world)

        await world.publish(a_driver_assigned(agency_id="dukcapil", order_id="o-1"), times=3)
        await world.publish(a_driver_assigned(agency_id="dinkes", order_id="o-2"))
        await world.publish(a_driver_assigned(order_id="o-3"))
        receipt = await world.publish(a_receipt())

        await eventually(lambda: len(receiver.posts) == 2)
        await eventually(lambda: len(world.of_type("notification.sent.v1")) == 2)
    bodies = [Webhook(secret).verify(post.body, post.headers) for post in receiver.posts]
    assert sorted(body["type"] for body in bodies) == [ASSIGNED, RECEIPT]
    assert {body["data"]["agency_id"] for body in bodies} == {"dukcapil"}
    assert receipt in {post.headers["webhook-id"] for post in receiver.posts}
    assert {body["id"] for body in bodies} == {post.headers["webhook-id"] for post in receiver.posts}


async def test_a_changed_body_or_another_secret_is_noticed(world: World, receiver: Receiver) -> None:
    async with world.service(**HERE):
        await registered(world, receiver.url())
        secret = await a_secret(world)
        await world.publish(a_receipt())
        await eventually(lambda: receiver.posts)
    post = receiver.posts[0]
    other = "whsec_" + "A" * 43 + "="

    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(post.body.replace(b"completed", b"cancelled"), post.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(post.body, post.headers)


async def test_while_secrets_change_both_verify_and_the_third_drops_the_first(world: World, receiver: Receiver) -> None:
    async with world.service(**HERE):
        await registered(world, receiver.url())
        first, second = await a_secret(world), await a_secret(world)
        await world.publish(a_receipt())
        await eventually(lambda: receiver.posts)
        third = await a_secret(world)
        await world.publish(a_receipt(order_id="o-2"))
        await eventually(lambda: len(receiver.posts) == 2)
    between, after = receiver.posts

    assert Webhook(first).verify(between.body, between.headers)
    assert Webhook(second).verify(between.body, between.headers)
    assert Webhook(third).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(first).verify(after.body, after.headers)


async def test_deliveries_wait_until_there_is_a_secret(world: World, receiver: Receiver) -> None:
    async with world.service(**HERE, clock=faster(60)):
        await registered(world, receiver.url())
        await world.publish(a_receipt())
        await eventually(lambda: delivery(world))
        assert receiver.posts == []

        await a_secret(world)

        await eventually(lambda: receiver.posts, within=40)


async def test_busy_broken_slow_and_cut_lines_are_tried_again_under_the_same_id(world: World, receiver: Receiver) -> None:
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


async def test_a_slow_agency_holds_up_no_other(world: World, receiver: Receiver) -> None:
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


async def test_gone_switches_the_webhook_off_until_it_is_registered_anew(world: World, receiver: Receiver) -> None:
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


async def test_a_redirect_is_not_followed(world: World, receiver: Receiver) -> None:
    receiver.answers["/hook"] = [f"HTTP/1.1 302 there\r\nlocation: {receiver.url('/inside')}"] * 4
    async with world.service(**HERE):
        await registered(world, receiver.url())
        await a_secret(world)

        await world.publish(a_receipt())

        await eventually(lambda: world.of_type("notification.failed.v1"), within=20)
    assert receiver.at("/inside") == []
    assert {attempt["detail"] for attempt in (await delivery(world))["attempts"]} == {"302"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"])
async def test_no_name_and_no_address_leads_inside(world: World, receiver: Receiver, host: str) -> None:
    async with world.service(**{**HERE, "webhook_allowed_networks": []}):
        await registered(world, receiver.url(host=host))
        await a_secret(world)

        await world.publish(a_receipt())

        await eventually(lambda: world.of_type("notification.failed.v1"), within=20)
    assert receiver.posts == []
    assert {attempt["detail"] for attempt in (await delivery(world))["attempts"]} == {"address_blocked"}


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


@pytest.mark.parametrize("url", ["http://a.example/", "https://user:pw@a.example/", "https:///hook", "ftp://a.example/", "https://a b/"])
async def test_a_url_that_we_do_not_post_to_is_refused(world: World, url: str) -> None:
    async with world.service():
        await world.publish(AgencyWebhookRegistered(agency_id="dukcapil", url=url, types=[RECEIPT]))

        refused = await eventually(lambda: world.of_type("request.rejected.v1"))
    assert (refused[0]["reason"], refused[0]["pointer"]) == ("schema", "/url")


async def test_no_agency_hears_of_what_only_drivers_may_read(world: World) -> None:
    async with world.service():
        await world.publish(AgencyWebhookRegistered(agency_id="dukcapil", url="https://a.example/", types=[RECEIPT, "offer.made.v1"]))

        refused = await eventually(lambda: world.of_type("request.rejected.v1"))
    assert refused[0]["pointer"] == "/types/1"


async def registered(world: World, url: str, agency_id: str = "dukcapil") -> None:
    published = datetime.now(UTC)
    await world.publish(AgencyWebhookRegistered(agency_id=agency_id, url=url, types=[ASSIGNED, RECEIPT]), time=published)

    async def known() -> bool:
        where = {"_id": agency_id, "state.as_of": {"$gte": published - timedelta(milliseconds=1)}, "state.disabled": None}
        return bool(await world.store["webhooks"].count_documents(where))

    await eventually(known)


async def a_secret(world: World, agency_id: str = "dukcapil") -> str:
    vault = MongoVault(world.keys, Sealer(world.runtime.data_key), timedelta(0))
    return await WebhookSecrets(world.store, vault).make(agency_id, datetime.now(UTC), alone=False)


async def delivery(world: World) -> dict[str, Any]:
    found = await world.store["webhook_deliveries"].find_one({"state.agency_id": "dukcapil"})
    return {} if found is None else dict(found["state"])


def a_receipt(**changes: Any) -> ReceiptIssued:
    receipt = {
        "order_id": "o-1",
        "agency_id": "dukcapil",
        "outcome": "completed",
        "at": datetime(2026, 11, 24, 3, tzinfo=UTC),
        "custody": [],
    }
    return ReceiptIssued.model_validate({**receipt, **changes})


def faster(speed: int) -> str:
    now = datetime.now(UTC).isoformat()
    return f"{now},{speed},{now}"
