"""What an agency does around its webhook, what it is sent, and what our database says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from contracts.events.confidential import ReceiptIssued
from contracts.requests.agencies import AgencyWebhookRegistered
from services.notifications.adapters.keys.vault import MongoVault
from services.notifications.adapters.webhooks.secrets import WebhookSecrets
from services.runtime.sealing import Sealer
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.integration.notifications.conftest import World

ASSIGNED, RECEIPT = "order.driver_assigned.v1", "receipt.issued.v1"
HERE = {
    "webhook_allowed_networks": ["127.0.0.0/8"],
    "webhook_plain_http": True,
    "webhook_waits_s": [0.2, 0.2, 0.2],
    "webhook_s": 1,
}


async def registered(
    world: World, url: str, agency_id: str = "dukcapil", types: Sequence[str] = (ASSIGNED, RECEIPT)
) -> None:
    published = datetime.now(UTC)
    await world.publish(
        AgencyWebhookRegistered(agency_id=agency_id, url=url, types=list(types)), time=published
    )

    async def known() -> bool:
        where = {
            "_id": agency_id,
            "state.as_of": {"$gte": published - timedelta(milliseconds=1)},
            "state.disabled": None,
        }
        return bool(await world.store["webhooks"].count_documents(where))

    await eventually(known)


async def a_secret(world: World, agency_id: str = "dukcapil") -> str:
    vault = MongoVault(world.keys, Sealer(world.runtime.data_key), timedelta(0))
    return await WebhookSecrets(world.store, vault).make(agency_id, datetime.now(UTC), alone=False)


async def delivery(world: World) -> dict[str, Any]:
    found = await world.store["webhook_deliveries"].find_one({"state.agency_id": "dukcapil"})
    return {} if found is None else dict(found["state"])


def a_receipt(**changes: Any) -> ReceiptIssued:
    receipt = {
        "order_id": "o-1",
        "agency_id": "dukcapil",
        "outcome": "completed",
        "at": datetime(2026, 11, 24, 3, tzinfo=UTC),
        "custody": [],
    }
    return ReceiptIssued.model_validate({**receipt, **changes})


def faster(speed: int) -> str:
    now = datetime.now(UTC).isoformat()
    return f"{now},{speed},{now}"
