"""Agencies receive the events of their orders by webhook: signed, once each, at public addresses only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from contracts.events.orders import OrderAccepted
from contracts.requests.agencies import AgencyWebhookRegistered
from tests.support.agencies import ASSIGNED, HERE, RECEIPT, a_receipt, a_secret, delivery, registered
from tests.support.builders import FARE, ORDER_EVENT, a_driver_assigned
from tests.support.eventually import eventually
from tests.support.receiver import Receiver

if TYPE_CHECKING:
    from tests.integration.notifications.conftest import World


def an_acceptance(**changes: Any) -> OrderAccepted:
    return OrderAccepted.model_validate({**ORDER_EVENT, "fare": FARE, **changes})


async def test_an_agency_receives_signed_events_of_its_own_orders_only(
    world: World, receiver: Receiver
) -> None:
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


async def test_an_agency_receives_the_acceptance_of_its_own_order_only(
    world: World, receiver: Receiver
) -> None:
    async with world.service(**HERE):
        await registered(world, receiver.url(), types=["order.accepted.v1"])
        await a_secret(world)

        await world.publish(an_acceptance(agency_id="dinkes"))
        await world.publish(an_acceptance())
        own = await world.publish(an_acceptance(agency_id="dukcapil"))

        await eventually(lambda: receiver.posts)
        await eventually(world.nothing_waits)
    assert [post.headers["webhook-id"] for post in receiver.posts] == [own]


async def test_a_changed_body_or_another_secret_fails_the_verification(
    world: World, receiver: Receiver
) -> None:
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


async def test_while_secrets_change_both_verify_and_the_third_drops_the_first(
    world: World, receiver: Receiver
) -> None:
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
async def test_no_name_and_no_address_reaches_the_inside(world: World, receiver: Receiver, host: str) -> None:
    async with world.service(**{**HERE, "webhook_allowed_networks": []}):
        await registered(world, receiver.url(host=host))
        await a_secret(world)

        await world.publish(a_receipt())

        await eventually(lambda: world.of_type("notification.failed.v1"), within=20)
    assert receiver.posts == []
    assert {attempt["detail"] for attempt in (await delivery(world))["attempts"]} == {"address_blocked"}


@pytest.mark.parametrize(
    "url",
    ["http://a.example/", "https://user:pw@a.example/", "https:///hook", "ftp://a.example/", "https://a b/"],
)
async def test_a_url_that_we_do_not_post_to_is_rejected(world: World, url: str) -> None:
    async with world.service():
        await world.publish(AgencyWebhookRegistered(agency_id="dukcapil", url=url, types=[RECEIPT]))

        refused = await eventually(lambda: world.of_type("request.rejected.v1"))
    assert (refused[0]["reason"], refused[0]["pointer"]) == ("schema", "/url")


async def test_an_agency_cannot_subscribe_to_confidential_types(world: World) -> None:
    async with world.service():
        await world.publish(
            AgencyWebhookRegistered(
                agency_id="dukcapil", url="https://a.example/", types=[RECEIPT, "offer.made.v1"]
            )
        )

        refused = await eventually(lambda: world.of_type("request.rejected.v1"))
    assert refused[0]["pointer"] == "/types/1"
