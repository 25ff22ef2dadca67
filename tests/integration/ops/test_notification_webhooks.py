"""`gancang notifications webhook`: a secret is shown once, and nothing of it lies readable."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from bson import encode
from pydantic import SecretStr

from services.notifications.adapters.keys.vault import MongoVault
from services.notifications.adapters.storage.webhooks import delivery_kind
from services.notifications.adapters.webhooks.secrets import WebhookSecrets
from services.notifications.domain.lease import SendStatus
from services.notifications.domain.webhooks.delivery import WebhookDelivery
from services.runtime.sealing import Sealer
from services.runtime.storage import database
from tests.support.services import DATA_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.command_line import Gancang

AT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)


@pytest.fixture
def store(database_uri: str) -> Iterator[database.Database]:
    found = database.database_of(database.connect(database_uri))
    yield found
    found.client.close()


async def test_two_secrets_sign_side_by_side_until_one_stands_alone(
    gancang: Gancang, store: database.Database
) -> None:
    keys = store.client[f"{store.name}_keys"]
    secrets = WebhookSecrets(store, MongoVault(keys, Sealer(SecretStr(DATA_KEY)), timedelta(0)))

    first = await gancang("notifications", "webhook", "secret", "dukcapil")
    second = await gancang("notifications", "webhook", "secret", "dukcapil")
    side_by_side = await secrets.of("dukcapil")
    third = await gancang("notifications", "webhook", "secret", "dukcapil", "--alone")

    assert side_by_side == [raw(second.stdout), raw(first.stdout)]
    assert await secrets.of("dukcapil") == [raw(third.stdout)]
    lying = encode(await store["webhook_secrets"].find_one({}))
    assert raw(third.stdout) not in lying
    assert third.stdout.strip().encode() not in lying


async def test_what_was_posted_is_listed_and_a_range_of_it_becomes_due_again(
    gancang: Gancang, store: database.Database
) -> None:
    for number, status in enumerate((SendStatus.SENT, SendStatus.FAILED, SendStatus.PENDING)):
        await kept(store, number, status)

    listed = json.loads((await gancang("notifications", "webhook", "log", "dukcapil", "--json")).stdout)
    failed = await gancang(
        "notifications", "webhook", "replay", "dukcapil", "--since", AT.isoformat(), "--failed", "--yes"
    )
    wrong = await gancang("notifications", "webhook", "replay", "dukcapil", "--since", "yesterday")

    assert [(row["event_id"], row["status"]) for row in listed] == [
        ("e-2", "pending"),
        ("e-1", "failed"),
        ("e-0", "sent"),
    ]
    assert failed.stdout == "1 will be posted again\n", failed.stderr
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    again = await store["webhook_deliveries"].find_one({"_id": "n-1"})
    assert (again["state"]["status"], again["version"], "expires_at" in again) == ("pending", 2, False)


async def kept(store: database.Database, number: int, status: SendStatus) -> None:
    opened = AT + timedelta(minutes=number)
    delivery = WebhookDelivery(
        id=f"n-{number}",
        created_at=opened,
        status=status,
        agency_id="dukcapil",
        event_id=f"e-{number}",
        event_type="receipt.issued.v1",
        order_id="o-1",
        body="{}",
    )
    document = {
        "_id": delivery.id,
        "version": 1,
        "state": delivery_kind(timedelta(days=1)).encode(delivery),
        "expires_at": AT + timedelta(days=900),
    }
    await store["webhook_deliveries"].insert_one(document)


def raw(printed: str) -> bytes:
    assert printed.startswith("whsec_")
    return base64.b64decode(printed.strip().removeprefix("whsec_"))
