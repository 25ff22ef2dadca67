"""Several channels for one person: fallback, refused addresses, quiet hours, codes, superseding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.codes import one_time_code
from contracts.events.orders import OrderCancelled, OrderCodeIssued, OrderCompleted
from tests.support import documented
from tests.support.builders import FARE, ORDER_EVENT, a_contact_registered, a_driver_assigned
from tests.support.eventually import eventually
from tests.support.provider import Answer, ProviderStandIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from contracts.values import Value
    from tests.integration.notifications.conftest import World

NUMBER = "+628123456789"
EMAIL = {"kind": "email", "address": "guest@example.org"}
WHATSAPP = {"kind": "whatsapp", "address": NUMBER}
SMS = {"kind": "sms", "address": NUMBER}
UNDELIVERABLE = Answer(400, {"error": {"code": 131026}})
CANCELLED = {"by": {"role": "customer", "id": "c-1"}, "reason": "customer_cancelled", "fee": 0}


class Providers:
    """WhatsApp and an SMS gateway, and the settings that lead to them."""

    def __init__(self) -> None:
        self.whatsapp = ProviderStandIn(documented.whatsapp)
        self.sms = ProviderStandIn(documented.sms)

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "whatsapp_phone": documented.PHONE,
            "whatsapp_token": documented.TOKEN,
            "whatsapp_url": self.whatsapp.url,
            "sms_url": self.sms.url,
            "sms_token": documented.TOKEN,
            "http_timeout_s": 1,
            "rest_first_s": 0.2,
            "rest_longest_s": 1,
        }


@pytest.fixture
async def providers() -> AsyncIterator[Providers]:
    providers = Providers()
    async with providers.whatsapp, providers.sms:
        yield providers
    assert (providers.whatsapp.wrong, providers.sms.wrong) == ([], [])


def completed(**changes: Any) -> Value:
    data = {"fare": FARE, "distance_m": 1000, "completed_at": datetime.now(UTC)}
    return OrderCompleted.model_validate({**ORDER_EVENT, **data, **changes})


def at(moment: datetime, speed: int) -> str:
    return f"{moment.isoformat()},{speed},{datetime.now(UTC).isoformat()}"


async def test_a_refused_address_is_replaced_by_the_next_channel_now_and_for_later_events(
    world: World, providers: Providers
) -> None:
    providers.whatsapp.default = UNDELIVERABLE
    async with world.service(**providers.settings):
        await world.register(a_contact_registered(channels=[EMAIL, SMS, WHATSAPP]))

        await world.publish(a_driver_assigned())
        await eventually(lambda: len(world.of_type("notification.sent.v1")) == 1)
        await world.publish(a_driver_assigned(order_id="o-2"))
        await eventually(lambda: len(world.of_type("notification.sent.v1")) == 2)

    assert [sent["channel"] for sent in world.of_type("notification.sent.v1")] == ["sms", "sms"]
    assert len(providers.whatsapp.requests) == 1
    kept = await world.document(world.of_type("notification.sent.v1")[0]["notification_id"])
    assert [attempt["result"] for attempt in kept["state"]["attempts"]] == ["refused", "sent"]


async def test_a_provider_that_stays_away_is_replaced_by_the_next_channel(
    world: World, providers: Providers
) -> None:
    await providers.whatsapp.stop()
    async with world.service(**providers.settings, retry_attempts_ringing=2):
        await world.register(a_contact_registered(channels=[WHATSAPP, EMAIL]))

        await world.publish(a_driver_assigned())

        sent = await eventually(lambda: world.of_type("notification.sent.v1"))
    assert sent[0]["channel"] == "email"
    assert len(world.mailbox.mails) == 1
    await providers.whatsapp.start()


async def test_a_provider_is_not_called_before_its_retry_after(world: World, providers: Providers) -> None:
    providers.sms.script.append(Answer(429, {}, {"Retry-After": "2"}))
    async with world.service(**providers.settings):
        await world.register(a_contact_registered(channels=[SMS]))
        began = datetime.now(UTC)

        await world.publish(a_driver_assigned())

        await eventually(lambda: world.of_type("notification.sent.v1"))
    assert datetime.now(UTC) - began >= timedelta(seconds=2)
    assert len(providers.sms.requests) == 2


async def test_a_later_state_supersedes_what_could_not_be_sent(world: World, providers: Providers) -> None:
    await providers.sms.stop()
    async with world.service(**providers.settings):
        await world.register(a_contact_registered(channels=[SMS]))
        await world.publish(a_driver_assigned(), sequence=3)

        async def tried() -> bool:
            return bool(
                await world.store["notifications"].count_documents({"state.attempts.0": {"$exists": True}})
            )

        await eventually(tried)
        await world.publish(OrderCancelled.model_validate({**ORDER_EVENT, **CANCELLED}), sequence=4)
        failed = await eventually(lambda: world.of_type("notification.failed.v1"))
        await providers.sms.start()
        sent = await eventually(lambda: world.of_type("notification.sent.v1"))

    assert (failed[0]["template"], failed[0]["reason"]) == ("order.driver_assigned", "superseded")
    assert [one["template"] for one in sent] == ["order.cancelled"]
    assert len(providers.sms.inbox[NUMBER]) == 1


async def test_an_event_that_comes_long_after_a_later_one_is_not_told(world: World) -> None:
    async with world.service():
        await world.register(a_contact_registered())
        await world.publish(OrderCancelled.model_validate({**ORDER_EVENT, **CANCELLED}), sequence=4)
        await eventually(lambda: world.of_type("notification.sent.v1"))

        await world.publish(a_driver_assigned(), sequence=3, time=datetime.now(UTC) - timedelta(minutes=30))

        failed = await eventually(lambda: world.of_type("notification.failed.v1"))
    assert failed[0]["reason"] == "superseded"
    assert len(world.mailbox.mails) == 1


async def test_at_night_an_sms_that_is_not_urgent_waits_for_the_morning_and_a_mail_does_not(
    world: World, providers: Providers
) -> None:
    before_five = datetime(2026, 11, 24, 21, 50, tzinfo=UTC)
    async with world.service(clock=at(before_five, 60), **providers.settings):
        by_mail = a_contact_registered(recipient_id="c-2", channels=[EMAIL])
        for contact in (a_contact_registered(channels=[SMS]), by_mail):
            await world.publish(contact, time=before_five)
        await eventually(lambda: _count(world, "contacts", 2))

        await world.publish(completed(), time=before_five)
        await world.publish(
            completed(order_id="o-2", customer={"id": "c-2", "kind": "tourist"}), time=before_five
        )
        await world.publish(a_driver_assigned(order_id="o-3"), time=before_five)
        await eventually(lambda: len(world.of_type("notification.sent.v1")) == 3, within=20)

    told = {
        (sent["recipient_id"], sent["template"]): sent["notification_id"]
        for sent in world.of_type("notification.sent.v1")
    }
    waited = await world.document(told["c-1", "order.completed"])
    assert waited["state"]["attempts"][0]["at"].replace(tzinfo=UTC) >= datetime(
        2026, 11, 24, 22, 0, tzinfo=UTC
    )
    assert [attempt["result"] for attempt in waited["state"]["attempts"]] == ["sent"]
    assert list(providers.sms.inbox[NUMBER]) == [
        told["c-1", "order.driver_assigned"],
        told["c-1", "order.completed"],
    ]


async def test_a_code_reaches_the_recipient_and_is_stored_nowhere(world: World, providers: Providers) -> None:
    key = "a key for tests"
    world.runtime = world.runtime.model_copy(update={"code_key": type(world.runtime.code_key)(key)})
    code = one_time_code(key.encode(), "o-1", 7)
    async with world.service(**providers.settings):
        recipient = a_contact_registered(recipient_id="r-1", role="recipient", locale="id", channels=[SMS])
        await world.register(recipient, a_contact_registered())
        issued = {**ORDER_EVENT, "recipient_id": "r-1", "tell": ["recipient", "customer"], "code_serial": 7}

        await world.publish(OrderCodeIssued.model_validate(issued))

        await eventually(lambda: world.of_type("notification.sent.v1"))
        documents = [document async for document in world.store["notifications"].find({})]
    assert [request.json["to"] for request in providers.sms.requests] == [NUMBER]
    assert code in providers.sms.requests[0].json["text"]
    assert not world.mailbox.mails
    assert code not in repr(documents) + repr(world.events)


async def _count(world: World, collection: str, wanted: int) -> bool:
    return bool(await world.store[collection].count_documents({}) == wanted)
