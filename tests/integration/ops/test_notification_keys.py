"""`gancang notifications keys` and `find`: a new master key wraps the data keys, addresses stay readable."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aio_pika import Message
from pydantic import SecretStr

from services.notifications.adapters.keys.vault import MongoVault
from services.notifications.adapters.keys.wrapping import LifeKey
from services.runtime.sealing import Sealer, new_key
from services.runtime.storage import database
from tests.support.command_line import Gancang
from tests.support.services import DATA_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aio_pika.abc import AbstractChannel

PARKED = "notifications.recipient_contact.parked"
ADDRESS = "secret.guest@example.org"
NEW_KEY = new_key()
OLD, NEW = Sealer(SecretStr(DATA_KEY)), Sealer(SecretStr(NEW_KEY))
RECIPIENTS = 450


@pytest.fixture
def store(database_uri: str) -> Iterator[database.Database]:
    found = database.database_of(database.connect(database.keys_uri(database_uri, "")))
    yield found
    found.client.close()


@pytest.fixture
def rotating(gancang: Gancang) -> Gancang:
    """The command line after the master key was changed."""
    return Gancang({**gancang.environment, "GANCANG_DATA_KEY": NEW_KEY, "GANCANG_OLD_DATA_KEYS": DATA_KEY})


async def test_rotation_wraps_all_keys_anew_and_what_they_seal_stays_as_it_is(
    rotating: Gancang, store: database.Database
) -> None:
    key = await registered(store, *(f"customer:c-{number}" for number in range(RECIPIENTS)))
    sealed = key.seal(b"clear", "customer:c-0")

    rotated = await rotating("notifications", "keys", "rotate")
    again = await rotating("notifications", "keys", "rotate")
    shown = await rotating("notifications", "keys", "show", "--json")

    assert rotated.stdout == f"{RECIPIENTS + 1} data keys wrapped again\n", rotated.stderr
    assert again.stdout == "0 data keys wrapped again\n"
    assert json.loads(shown.stdout) == {
        "present": NEW.present_id,
        "data_keys": {NEW.present_id: RECIPIENTS + 1},
        "parked": {},
    }
    opened = await MongoVault(store, NEW, timedelta(days=1)).key("customer:c-0", 1)
    assert opened is not None
    assert opened.open(sealed, "customer:c-0") == b"clear"


async def test_a_master_key_that_is_not_in_the_ring_is_named(
    gancang: Gancang, store: database.Database
) -> None:
    await registered(store, "customer:c-0")
    forgetful = Gancang({**gancang.environment, "GANCANG_DATA_KEY": NEW_KEY})

    refused = await forgetful("notifications", "keys", "rotate")

    assert refused.returncode == 2
    assert f"under the master key {OLD.present_id}" in refused.stderr


async def test_what_was_parked_under_an_older_master_key_is_counted_and_opened_as_long_as_the_ring_holds_it(
    gancang: Gancang, rotating: Gancang, channel: AbstractChannel
) -> None:
    await channel.default_exchange.publish(a_parked_contact(OLD), PARKED)
    forgetful = Gancang({**gancang.environment, "GANCANG_DATA_KEY": NEW_KEY})

    counted = await rotating("notifications", "keys", "show")
    too_early = await forgetful("parked", "replay", PARKED, "--all")
    lost = await forgetful("notifications", "keys", "show", "--json")
    replayed = await rotating("parked", "replay", PARKED, "--all")
    after = await rotating("notifications", "keys", "show", "--json")

    assert f"{OLD.present_id}  0 data keys  1 parked messages\n" in counted.stdout
    assert (too_early.returncode, "GANCANG_OLD_DATA_KEYS" in too_early.stderr) == (2, True)
    assert json.loads(lost.stdout)["parked"] == {"unknown": 1}
    assert replayed.stdout == "1 put back\n", replayed.stderr
    assert json.loads(after.stdout)["parked"] == {}


async def test_an_address_is_found_without_being_repeated(gancang: Gancang, store: database.Database) -> None:
    await registered(store, "customer:c-0", "driver:d-7")

    found = await gancang("notifications", "find", stdin=f"{ADDRESS.upper()}\n")
    nobody = await gancang("notifications", "find", stdin="somebody@example.org\n")

    assert found.stdout == "customer c-0\ndriver d-7\n"
    assert (nobody.returncode, "somebody" in nobody.stderr) == (2, False)


async def test_erasures_are_written_as_requests_that_can_be_published_again(
    gancang: Gancang, store: database.Database
) -> None:
    await registered(store, "customer:c-0", "driver:d-7")
    at = datetime.now(UTC) + timedelta(seconds=1)
    await MongoVault(store, OLD, timedelta(days=1)).destroy("driver:d-7", at)

    written = await gancang("notifications", "erasures", "--since", "2026-01-01")
    none = await gancang("notifications", "erasures", "--since", "2999-01-01")

    [line] = written.stdout.splitlines()
    event = json.loads(line)
    assert event["data"] == {
        "recipient_id": "d-7",
        "role": "driver",
        "by": {"role": "operator", "id": "restore"},
    }
    assert (event["type"], none.stdout) == ("recipient.erasure_requested.v1", "")
    assert abs(datetime.fromisoformat(event["time"]) - at) < timedelta(milliseconds=2)


def a_parked_contact(sealer: Sealer) -> Message:
    """As `services.runtime.messaging.parking` leaves it."""
    notes = {
        "x-gancang-sealed": PARKED,
        "x-gancang-content-type": "application/json",
        "x-gancang-reason": "schema",
    }
    return Message(
        sealer.seal(b"{}", f"parked:{PARKED}"), headers={**notes, "ce-id": "m-1"}, message_id="m-1"
    )


async def registered(store: database.Database, *contacts: str) -> LifeKey:
    vault = MongoVault(store, OLD, timedelta(days=1))
    keys = [await vault.for_registration(contact, datetime.now(UTC), [ADDRESS]) for contact in contacts]
    assert keys[0] is not None
    return keys[0]
