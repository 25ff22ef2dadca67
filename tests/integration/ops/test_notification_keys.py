"""`gancang notifications keys` and `find`: master keys change under the data keys, and addresses stay readable."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from services.notifications.adapters.vault import LifeKey, MongoVault
from services.runtime import database
from services.runtime.sealing import Sealer, new_key
from tests.support.command_line import Gancang
from tests.support.services import DATA_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

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


async def test_rotation_wraps_all_keys_anew_and_what_they_seal_stays_as_it_is(rotating: Gancang, store: database.Database) -> None:
    key = await registered(store, *(f"customer:c-{number}" for number in range(RECIPIENTS)))
    sealed = key.seal(b"clear", "customer:c-0")

    rotated = await rotating("notifications", "keys", "rotate")
    again = await rotating("notifications", "keys", "rotate")
    shown = await rotating("notifications", "keys", "show", "--json")

    assert rotated.stdout == f"{RECIPIENTS + 1} data keys wrapped anew\n", rotated.stderr
    assert again.stdout == "0 data keys wrapped anew\n"
    assert json.loads(shown.stdout) == {"present": NEW.present_id, "data_keys": {NEW.present_id: RECIPIENTS + 1}}
    opened = await MongoVault(store, NEW, timedelta(days=1)).key("customer:c-0", 1)
    assert opened is not None
    assert opened.open(sealed, "customer:c-0") == b"clear"


async def test_a_master_key_that_is_not_in_the_ring_is_named(gancang: Gancang, store: database.Database) -> None:
    await registered(store, "customer:c-0")
    forgetful = Gancang({**gancang.environment, "GANCANG_DATA_KEY": NEW_KEY})

    refused = await forgetful("notifications", "keys", "rotate")

    assert refused.returncode == 2
    assert f"under the master key {OLD.present_id}" in refused.stderr


async def test_an_address_is_found_without_being_repeated(gancang: Gancang, store: database.Database) -> None:
    await registered(store, "customer:c-0", "driver:d-7")

    found = await gancang("notifications", "find", stdin=f"{ADDRESS.upper()}\n")
    nobody = await gancang("notifications", "find", stdin="somebody@example.org\n")

    assert found.stdout == "customer c-0\ndriver d-7\n"
    assert (nobody.returncode, "somebody" in nobody.stderr) == (2, False)


async def test_erasures_are_written_as_requests_that_can_be_published_again(gancang: Gancang, store: database.Database) -> None:
    await registered(store, "customer:c-0", "driver:d-7")
    at = datetime.now(UTC) + timedelta(seconds=1)
    await MongoVault(store, OLD, timedelta(days=1)).destroy("driver:d-7", at)

    written = await gancang("notifications", "erasures", "--since", "2026-01-01")
    none = await gancang("notifications", "erasures", "--since", "2999-01-01")

    [line] = written.stdout.splitlines()
    event = json.loads(line)
    assert event["data"] == {"recipient_id": "d-7", "role": "driver", "by": {"role": "operator", "id": "restore"}}
    assert (event["type"], none.stdout) == ("recipient.erasure_requested.v1", "")
    assert abs(datetime.fromisoformat(event["time"]) - at) < timedelta(milliseconds=2)


async def registered(store: database.Database, *contacts: str) -> LifeKey:
    vault = MongoVault(store, OLD, timedelta(days=1))
    keys = [await vault.for_registration(contact, datetime.now(UTC), [ADDRESS]) for contact in contacts]
    assert keys[0] is not None
    return keys[0]
