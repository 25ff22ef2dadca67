"""What orders keep of somebody who was erased: nothing of where he was, as soon as his orders have ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bson import encode

from contracts.events.recipients import RecipientErased
from services.runtime import database
from tests.support.builders import PARK, a_cancellation_requested, an_order_requested
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from tests.support.outside import OutsideApp

NOTE = "Behind the blue gate, ask for Wahyuningsih"
WISH = an_order_requested(dropoff={**PARK, "note": NOTE})


async def test_an_order_that_has_ended_forgets_the_place_at_once(app: OutsideApp, database_uri: str) -> None:
    await app.request(WISH)
    await app.event("order.search_started.v1")
    await app.request(a_cancellation_requested())
    await app.event("order.cancelled.v1")

    await app.request(RecipientErased(recipient_id="c-1", role="customer", at=datetime.now(UTC)), source="/gancang/notifications")

    document = await eventually(lambda: blank(database_uri))
    assert NOTE.encode() not in encode(document)
    assert b"Taman Blambangan" not in encode(document)
    await eventually(lambda: without_marks(database_uri))


async def test_a_running_order_forgets_it_when_it_has_ended(app: OutsideApp, database_uri: str) -> None:
    await app.request(WISH)
    await app.event("order.search_started.v1")
    await app.request(RecipientErased(recipient_id="c-1", role="customer", at=datetime.now(UTC)), source="/gancang/notifications")
    await eventually(lambda: waiting(database_uri))

    await app.request(a_cancellation_requested())

    await app.event("order.cancelled.v1")
    await eventually(lambda: blank(database_uri), within=30)


async def blank(uri: str) -> dict[str, Any] | None:
    client = database.connect(uri)
    found: dict[str, Any] | None = await database.database_of(client)["orders"].find_one({"_id": "o-1", "state.dropoff.lat": 0.0})
    client.close()
    return found if found is not None and "outbox" not in {name for name, value in found.items() if value} else None


async def without_marks(uri: str) -> bool:
    """Whether the digests of its messages are gone: that is a write of its own, after the one that blanks."""
    client = database.connect(uri)
    found = await database.database_of(client)["orders"].find_one({"_id": "o-1"})
    client.close()
    return found is not None and {mark[2] for mark in found["seen"]} == {""}


async def waiting(uri: str) -> bool:
    client = database.connect(uri)
    found = await database.database_of(client)["erasures"].count_documents({"waiting": "o-1"})
    client.close()
    return bool(found)
