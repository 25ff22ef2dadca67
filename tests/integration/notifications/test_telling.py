"""Each recipient of an event is told once, by a channel that works, or an event says why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.events.orders import OrderCancelled
from tests.support.builders import ORDER_EVENT, a_contact_registered, a_driver_assigned
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from tests.integration.notifications.conftest import World

DRIVERS_CONTACT = {
    "recipient_id": "d-7",
    "role": "driver",
    "locale": "id",
    "channels": [{"kind": "email", "address": "driver@example.org"}],
}


async def test_a_mail_tells_the_customer_that_the_driver_is_coming(world: World) -> None:
    async with world.service():
        await world.register(a_contact_registered(display_name="Sarah"))

        event_id = await world.publish(a_driver_assigned())

        await eventually(lambda: world.of_type("notification.sent.v1"))
    sent = world.of_type("notification.sent.v1")[0]
    mail = world.mailbox.mails[0]
    assert sent["cause"] == event_id
    assert (sent["recipient_id"], sent["channel"], sent["template"]) == (
        "c-1",
        "email",
        "order.driver_assigned",
    )
    assert mail["Message-ID"] == f"<{sent['notification_id']}@gancang.test>"
    assert mail["To"] == "guest@example.org"
    assert "Hi Sarah," in world.mailbox.text()
    assert "P 4217 VX" in world.mailbox.text()


async def test_the_event_of_a_notification_names_its_order_and_its_cause(world: World) -> None:
    async with world.service():
        await world.register(a_contact_registered())

        event_id = await world.publish(a_driver_assigned())

        await eventually(lambda: world.events)
    _, headers, data = world.events[0]
    assert headers["ce-subject"] == data["notification_id"]
    assert headers["ce-correlationid"] == "o-1"
    assert headers["ce-causationid"] == event_id


async def test_customer_and_driver_are_both_told_each_in_their_language(world: World) -> None:
    async with world.service():
        await world.register(a_contact_registered(), a_contact_registered(**DRIVERS_CONTACT))

        await world.publish(a_driver_assigned(tell=["customer", "driver", "customer", "agency"]))

        await eventually(lambda: len(world.of_type("notification.sent.v1")) == 2)
    subjects = {mail["To"]: mail["Subject"] for mail in world.mailbox.mails}
    assert subjects == {
        "guest@example.org": "Your driver is on the way",
        "driver@example.org": "Pesanan baru untuk Anda",
    }


async def test_one_event_three_times_in_two_processes_is_one_mail(world: World) -> None:
    async with world.service(), world.service():
        await world.register(a_contact_registered())

        await world.publish(a_driver_assigned(), times=3)
        await world.publish(a_driver_assigned(order_id="o-2"), times=3)

        await eventually(lambda: len(world.of_type("notification.sent.v1")) >= 2)
        await eventually(world.nothing_waits)
    assert len(world.mailbox.mails) == 2
    assert len(world.of_type("notification.sent.v1")) == 2


async def test_many_events_in_two_processes_are_as_many_mails(world: World) -> None:
    async with world.service(places=5), world.service(places=5):
        await world.register(a_contact_registered())

        for number in range(60):
            await world.publish(a_driver_assigned(order_id=f"o-{number}"), times=2)

        await eventually(lambda: len(world.of_type("notification.sent.v1")) >= 60, within=30)
        await eventually(world.nothing_waits)
    assert len(world.mailbox.mails) == 60
    assert len(world.mailbox.ids) == 60


async def test_a_server_that_is_away_for_a_while_delays_the_mail(world: World) -> None:
    async with world.service():
        await world.register(a_contact_registered())
        await world.mailbox.stop()
        await world.publish(a_driver_assigned())

        async def tried_twice() -> bool:
            found = await world.store["notifications"].find_one({})
            return found is not None and len(found["state"]["attempts"]) >= 2

        await eventually(tried_twice)
        await world.mailbox.start()

        await eventually(lambda: world.of_type("notification.sent.v1"))
    assert len(world.mailbox.mails) == 1


async def test_a_server_that_stays_away_fails_the_notification(world: World) -> None:
    async with world.service(retry_attempts=2):
        await world.register(a_contact_registered())
        await world.mailbox.stop()

        await world.publish(a_driver_assigned())

        failed = await eventually(lambda: world.of_type("notification.failed.v1"))
        await world.mailbox.start()
    assert (failed[0]["reason"], failed[0]["channel"]) == ("channel_unavailable", "email")


async def test_a_refused_address_is_not_tried_again_for_any_event(world: World) -> None:
    world.mailbox.answer("guest@example.org", "550 no such user guest@example.org")
    async with world.service():
        await world.register(a_contact_registered())

        await world.publish(a_driver_assigned())

        failed = await eventually(lambda: world.of_type("notification.failed.v1"))
        await world.publish(a_driver_assigned(order_id="o-2"))

        told_in_the_log = await eventually(lambda: world.of_type("notification.sent.v1"))
    assert failed[0]["reason"] == "address_refused"
    assert told_in_the_log[0]["channel"] == "log"
    assert not world.mailbox.mails


async def test_a_temporary_refusal_is_retried_on_the_same_connection(world: World) -> None:
    world.mailbox.answer("guest@example.org", "451 later", "452 later")
    async with world.service(smtp_connections=1):
        await world.register(a_contact_registered())

        await world.publish(a_driver_assigned())

        await eventually(lambda: world.of_type("notification.sent.v1"))
    assert len(world.mailbox.mails) == 1
    assert world.mailbox.connections == 1


async def test_a_cancellation_tells_the_driver_why_and_names_no_fee_to_them(world: World) -> None:
    cancelled = {
        "by": {"role": "customer", "id": "c-1"},
        "reason": "customer_cancelled",
        "fee": 1000,
        "driver_id": "d-7",
    }
    async with world.service():
        await world.register(a_contact_registered(**DRIVERS_CONTACT))

        await world.publish(OrderCancelled.model_validate({**ORDER_EVENT, **cancelled, "tell": ["driver"]}))

        await eventually(lambda: world.of_type("notification.sent.v1"))
    assert "Pelanggan membatalkannya." in world.mailbox.text()
    assert "Rp" not in world.mailbox.text()
