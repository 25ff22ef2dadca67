"""A process dies between claiming and sending: another one sends the same letter."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from services.notifications.adapters.storage.notifications import notification_kind
from services.notifications.domain.attempts import SourceEvent
from services.notifications.domain.lease import SendStatus
from services.notifications.domain.notification import Notification
from services.notifications.sending.parameters import parameters_of
from tests.support.builders import a_contact_registered, a_driver_assigned
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.notifications.conftest import World


def a_claimed_notification(due: datetime) -> Notification:
    return Notification(
        id="n-1",
        audience="customer",
        recipient_id="c-1",
        template="order.driver_assigned",
        parameters=parameters_of(a_driver_assigned()),
        cause=SourceEvent("/gancang/orders", "e-1", "order.driver_assigned.v1", "o-1"),
        created_at=due - timedelta(seconds=30),
        status=SendStatus.SENDING,
        due=due,
        claims=1,
    )


async def put(world: World, notification: Notification) -> None:
    kind = notification_kind(timedelta(days=1))
    document = {
        "_id": notification.id,
        "version": 1,
        "state": kind.encode(notification),
        "next_due": notification.due,
    }
    await world.store["notifications"].insert_one(document)


async def test_an_overdue_lease_is_taken_over_by_one_of_two_processes(world: World) -> None:
    async with world.service():
        await world.publish(a_contact_registered())
        await eventually(lambda: world.store["contacts"].count_documents({}))
    await put(world, a_claimed_notification(datetime.now(UTC) - timedelta(seconds=1)))

    async with world.service(), world.service():
        await eventually(lambda: world.of_type("notification.sent.v1"))
        kept = await world.document("n-1")

    assert [mail["Message-ID"] for mail in world.mailbox.mails] == ["<n-1@gancang.test>"]
    assert (kept["state"]["status"], kept["state"]["claims"]) == ("sent", 2)
    assert len(world.of_type("notification.sent.v1")) == 1


async def test_a_claim_with_a_running_lease_is_not_taken_over(world: World) -> None:
    await put(world, a_claimed_notification(datetime.now(UTC) + timedelta(seconds=60)))

    async with world.service():
        await world.publish(a_contact_registered())
        await world.publish(a_driver_assigned(order_id="o-2"))
        await eventually(lambda: world.of_type("notification.sent.v1"))

    assert (await world.document("n-1"))["version"] == 1
    assert len(world.mailbox.mails) == 1


async def test_a_clean_stop_finishes_the_letter_under_way(world: World) -> None:
    async with world.service():
        await world.publish(a_contact_registered())
        await eventually(lambda: world.store["contacts"].count_documents({}))
        world.mailbox.accepts.clear()
        await world.publish(a_driver_assigned())
        await eventually(lambda: world.mailbox.mails)
        asyncio.get_running_loop().call_later(0.5, world.mailbox.accepts.set)

    assert await world.store["notifications"].count_documents({"state.status": "sent"}) == 1


@asynccontextmanager
async def a_process(world: World) -> AsyncIterator[asyncio.subprocess.Process]:
    settings, runtime = world.settings, world.runtime
    environment = {
        "PATH": os.environ["PATH"],
        "GANCANG_AMQP_URL": runtime.amqp_url.get_secret_value(),
        "GANCANG_MONGODB_URI": runtime.mongodb_uri.get_secret_value(),
        "GANCANG_DATA_KEY": runtime.data_key.get_secret_value(),
        "GANCANG_SPEAKERS": "anybody",
        "GANCANG_NOTIFICATIONS_SMTP_HOST": settings.smtp_host,
        "GANCANG_NOTIFICATIONS_SMTP_PORT": str(settings.smtp_port),
        "GANCANG_NOTIFICATIONS_SMTP_TLS": "none",
        "GANCANG_NOTIFICATIONS_SENDER": settings.sender,
        "GANCANG_NOTIFICATIONS_SEND_S": "2",
        "GANCANG_NOTIFICATIONS_LEASE_S": "4",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.notifications", env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


@pytest.mark.chaos
async def test_killed_before_the_answer_the_same_letter_goes_out_again(world: World) -> None:
    async with world.service():
        await world.publish(a_contact_registered())
        await eventually(lambda: world.store["contacts"].count_documents({}))
    world.mailbox.accepts.clear()
    async with a_process(world):
        await world.publish(a_driver_assigned())
        await eventually(lambda: world.mailbox.mails, within=20)
    world.mailbox.accepts.set()

    async with world.service():
        await eventually(lambda: world.of_type("notification.sent.v1"))

    assert len(world.mailbox.mails) == 2
    assert len(world.mailbox.ids) == 1
    assert len(world.of_type("notification.sent.v1")) == 1
