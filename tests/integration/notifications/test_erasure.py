"""Erasure: a person's data cannot be opened, not even with an older copy of the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from bson import encode
from structlog.testing import capture_logs

from services.notifications.adapters.keys.vault import MongoVault
from services.runtime.sealing import Sealer
from services.runtime.storage import database
from tests.support.builders import a_contact_registered, a_driver_assigned, an_erasure_requested
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from tests.integration.notifications.conftest import World

ADDRESS, NAME = "secret.guest@example.org", "Wahyuningsih"
ABOUT = "customer:c-1"
CONTACT = a_contact_registered(display_name=NAME, channels=[{"kind": "email", "address": ADDRESS}])
BEFORE = datetime.now(UTC) - timedelta(hours=2)


async def test_after_an_erasure_the_address_is_stored_nowhere_and_a_receipt_says_so(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    with capture_logs() as lines:
        async with world.service():
            await world.register(CONTACT)
            await world.publish(a_driver_assigned())
            await eventually(lambda: world.of_type("notification.sent.v1"))

            await world.publish_raw(CONTACT, "recipient.contact_registered.v1", specversion="9.9")
            await world.publish_raw(CONTACT, "recipient.contact_registred.v1")
            given_up = await eventually(
                lambda: world.given_up("notifications.recipient_contact.parked", "ops.unrouted")
            )

            await world.publish(an_erasure_requested())

            erased = await eventually(lambda: world.of_type("recipient.erased.v1"))
    assert (erased[0]["recipient_id"], erased[0]["role"]) == ("c-1", "customer")
    left = await contact_of(world)
    assert (left["channels"], left["name"], left["locale"]) == ([], None, "und")
    lying = b"".join(
        [
            *await everything(world),
            *given_up,
            repr(lines).encode(),
            repr(world.events).encode(),
            "".join(capfd.readouterr()).encode(),
        ]
    )
    assert ADDRESS.encode() not in lying
    assert NAME.encode() not in lying


async def test_a_copy_of_the_database_from_before_cannot_be_opened(world: World) -> None:
    async with world.service():
        await world.register(CONTACT)
        copy = await contact_of(world)
        opened = await vault_of(world).key(ABOUT, copy["life"])
        assert opened is not None
        assert opened.open(copy["channels"][0]["address"], ABOUT) == ADDRESS.encode()

        await world.publish(an_erasure_requested())
        await eventually(lambda: world.of_type("recipient.erased.v1"))

        assert await vault_of(world).key(ABOUT, copy["life"]) is None
        await world.store["contacts"].update_one(
            {"_id": ABOUT}, {"$set": {"state": copy}}
        )  # the copy, restored
        await world.publish(a_driver_assigned())
        await eventually(world.nothing_waits)
        await world.publish(a_contact_registered(), time=datetime.now(UTC))
        await eventually(lambda: world.of_type("notification.sent.v1"))
    with pytest.raises(ValueError, match="another key"):
        await opens(world, copy)
    assert world.mailbox.addresses == ["guest@example.org"]


async def test_an_older_contact_does_not_undo_an_erasure(world: World) -> None:
    async with world.service():
        await world.register(CONTACT)
        await world.publish(an_erasure_requested())
        await eventually(lambda: world.of_type("recipient.erased.v1"))

        await world.publish(CONTACT, id="replayed", time=BEFORE)
        await world.publish(CONTACT, id="replayed-2", time=BEFORE + timedelta(hours=1))

        await eventually(world.nothing_waits)
        await world.publish(an_erasure_requested(recipient_id="c-2"))
        await eventually(lambda: len(world.of_type("recipient.erased.v1")) == 2)
    assert (await contact_of(world))["channels"] == []
    assert await vault_of(world).find(ADDRESS) == []


async def test_a_repeated_erasure_publishes_one_event(world: World) -> None:
    async with world.service():
        await world.publish(an_erasure_requested(), times=3)
        await eventually(lambda: world.of_type("recipient.erased.v1"))
        await eventually(world.nothing_waits)

        await world.publish(an_erasure_requested(recipient_id="c-2"))

        await eventually(
            lambda: "c-2" in [one["recipient_id"] for one in world.of_type("recipient.erased.v1")]
        )
    assert [one["recipient_id"] for one in world.of_type("recipient.erased.v1")] == ["c-1", "c-2"]


async def test_an_erasure_older_than_the_contact_is_rejected_with_a_reason(world: World) -> None:
    async with world.service():
        await world.register(CONTACT)

        await world.publish(an_erasure_requested(), time=BEFORE)

        refused = await eventually(lambda: world.of_type("request.rejected.v1"))
    assert refused[0]["reason"] == "out_of_date"
    assert await vault_of(world).find(ADDRESS) == [ABOUT]


async def test_only_the_person_or_an_operator_may_request_an_erasure(world: World) -> None:
    async with world.service():
        await world.publish(an_erasure_requested(by={"role": "driver", "id": "d-7"}))

        refused = await eventually(lambda: world.of_type("request.rejected.v1"))
    assert (refused[0]["reason"], refused[0]["pointer"]) == ("wrong_actor", "/by")


async def test_a_contact_is_found_by_its_address_in_any_form(world: World) -> None:
    async with world.service():
        await world.register(
            CONTACT,
            a_contact_registered(
                recipient_id="c-9", channels=[{"kind": "sms", "address": "+62 811-000-123"}]
            ),
        )
    vault = vault_of(world)

    assert await vault.find(ADDRESS.upper()) == [ABOUT]
    assert await vault.find("+62811 000123") == ["customer:c-9"]
    assert await vault.find("nobody@example.org") == []
    assert b"000-123" not in b"".join(await everything(world))


def vault_of(world: World) -> MongoVault:
    return MongoVault(world.keys, Sealer(world.runtime.data_key), timedelta(days=1))


async def contact_of(world: World) -> dict[str, Any]:
    found: dict[str, Any] = (await world.store["contacts"].find_one({"_id": ABOUT}))["state"]
    return found


async def opens(world: World, copy: dict[str, Any]) -> bytes:
    """With all keys that there are: the recipient's present one, and the master key."""
    present = await vault_of(world).key(ABOUT, (await contact_of(world))["life"])
    assert present is not None
    for key in (Sealer(world.runtime.data_key), present):
        try:
            return key.open(copy["channels"][0]["address"], ABOUT)
        except ValueError as error:
            refusal = error
    raise refusal


async def everything(world: World) -> list[bytes]:
    """All documents of both databases, as they lie there."""
    stores: list[database.Database] = [world.store, world.keys]
    return [
        encode(document)
        for store in stores
        for name in await store.list_collection_names()
        for document in await store[name].find({}).to_list(None)
    ]
