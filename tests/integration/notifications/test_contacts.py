"""Contacts are facts with a time; without a usable contact a notification waits, fails or goes to the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.support.builders import a_contact_registered, a_driver_assigned
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from tests.integration.notifications.conftest import World


async def test_without_a_contact_it_fails_after_a_minute(world: World) -> None:
    async with world.service(clock=_faster(30)):
        await world.publish(a_driver_assigned())

        failed = await eventually(lambda: world.of_type("notification.failed.v1"))
    assert (failed[0]["reason"], failed[0]["channel"]) == ("no_contact", "none")
    kept = await world.document(failed[0]["notification_id"])
    last = kept["history"][-1]["at"]
    assert last - kept["state"]["created_at"] >= timedelta(seconds=60)


async def test_a_contact_that_comes_after_the_event_is_still_told(world: World) -> None:
    async with world.service(clock=_faster(3)):
        await world.publish(a_driver_assigned())

        async def waits() -> bool:
            waiting: int = await world.store["notifications"].count_documents({"state.status": "pending"})
            return waiting == 1

        await eventually(waits)
        await world.publish(a_contact_registered())

        await eventually(lambda: world.of_type("notification.sent.v1"))
    assert len(world.mailbox.mails) == 1


async def test_a_recipient_without_a_configured_channel_is_told_in_the_log(world: World) -> None:
    async with world.service():
        await world.register(a_contact_registered(channels=[{"kind": "whatsapp", "address": "+62811000"}]))

        await world.publish(a_driver_assigned())

        sent = await eventually(lambda: world.of_type("notification.sent.v1"))
    assert sent[0]["channel"] == "log"
    kept = await world.document(sent[0]["notification_id"])
    assert kept["state"]["attempts"][0]["skipped"] == [{"kind": "whatsapp", "reason": "unsupported"}]


async def test_an_older_contact_has_no_effect(world: World) -> None:
    now = datetime.now(UTC)
    older = a_contact_registered(channels=[{"kind": "email", "address": "old@example.org"}])
    async with world.service():
        await world.register(a_contact_registered())
        await world.publish(older, time=now - timedelta(hours=1))
        await eventually(world.nothing_waits)

        await world.publish(a_driver_assigned())

        await eventually(lambda: world.of_type("notification.sent.v1"))
    assert world.mailbox.addresses == ["guest@example.org"]


async def test_a_contact_from_the_future_is_rejected(world: World) -> None:
    async with world.service():
        await world.publish(a_contact_registered(), time=datetime.now(UTC) + timedelta(minutes=6))

        rejected = await eventually(lambda: world.of_type("request.rejected.v1"))
    assert rejected[0]["reason"] == "time_ahead"


async def test_a_wrong_mail_address_is_rejected_and_not_repeated(world: World) -> None:
    async with world.service():
        await world.publish(a_contact_registered(channels=[{"kind": "email", "address": "a@b.org>\r\nDATA"}]))

        rejected = await eventually(lambda: world.of_type("request.rejected.v1"))
    assert (rejected[0]["reason"], rejected[0]["pointer"]) == ("schema", "/channels/0/address")
    assert "b.org" not in str(world.events)


def _faster(speed: int) -> str:
    now = datetime.now(UTC).isoformat()
    return f"{now},{speed},{now}"
