"""An address is clear in the sending path, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bson import encode
from structlog.testing import capture_logs

from tests.support.builders import a_contact_registered, a_driver_assigned
from tests.support.eventually import eventually

if TYPE_CHECKING:
    import pytest

    from tests.integration.notifications.conftest import World

ADDRESS, NAME = "secret.guest@example.org", "Wahyuningsih"


async def test_no_address_and_no_name_is_in_log_event_or_database(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    contact = a_contact_registered(display_name=NAME, channels=[{"kind": "email", "address": ADDRESS}])
    world.mailbox.answer(ADDRESS, f"451 {ADDRESS} later")
    with capture_logs() as lines:
        async with world.service():
            await world.publish(contact)
            await world.publish(a_driver_assigned())
            await eventually(lambda: world.of_type("notification.sent.v1"))
            world.mailbox.answer(ADDRESS, f"550 {ADDRESS} unknown")
            await world.publish(a_driver_assigned(order_id="o-2"))
            await eventually(lambda: world.of_type("notification.failed.v1"))
    documents = [
        encode(document)
        for name in await world.store.list_collection_names()
        for document in await world.store[name].find({}).to_list(None)
    ]

    assert world.mailbox.addresses == [ADDRESS]
    assert any(line["event"] == "notification.attempted" for line in lines)
    assert len(documents) >= 3
    kept = (
        b"".join(documents)
        + repr(lines).encode()
        + repr(world.events).encode()
        + "".join(capfd.readouterr()).encode()
    )
    assert ADDRESS.encode() not in kept
    assert NAME.encode() not in kept
