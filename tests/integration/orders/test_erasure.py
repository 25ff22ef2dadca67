"""Erasures: orders keep nothing of who or where a person was, once the person's orders have ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from bson import encode

from contracts.enums import Role
from contracts.events.recipients import RecipientErased
from contracts.requests.drivers import DriverDelivered, DriverEmergencyRaised
from contracts.requests.programmes import ProgrammeBeneficiaryAttested
from contracts.values import Point
from services.runtime.storage import database
from services.runtime.storage.database import Database
from tests.support.builders import PARK, VEHICLE, a_cancellation_requested, a_match_made, an_order_requested
from tests.support.eventually import eventually
from tests.support.meals import an_open_merchant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.outside import OutsideApp

NOTE = "Behind the blue gate, ask for Wahyuningsih"
WISH = an_order_requested(dropoff={**PARK, "note": NOTE})
HOUR = timedelta(hours=1)
OFFICE = {"role": "agency", "id": "dinkes"}
AGAIN_S = 30  # orders are looked at again every ten seconds


@pytest.fixture
async def store(database_uri: str) -> AsyncIterator[Database]:
    client = database.connect(database_uri)
    yield database.database_of(client)
    client.close()


async def test_an_ended_order_is_blanked_at_once(app: OutsideApp, store: Database) -> None:
    await app.request(WISH)
    await app.event("order.search_started.v1")
    await app.request(a_cancellation_requested())
    await app.event("order.cancelled.v1")

    await erase(app)

    document = await eventually(lambda: blank(store))
    assert NOTE.encode() not in encode(document)
    assert b"Taman Blambangan" not in encode(document)
    assert {mark[2] for mark in document["seen"]} == {""}


async def test_a_running_order_is_blanked_when_it_has_ended(app: OutsideApp, store: Database) -> None:
    await app.request(WISH)
    await app.event("order.search_started.v1")
    await erase(app)
    await eventually(lambda: store["erasures"].find_one({"waiting": "o-1"}))

    await app.request(a_cancellation_requested())

    await app.event("order.cancelled.v1")
    await eventually(lambda: blank(store), within=AGAIN_S)
    await eventually(lambda: store["erasures"].find_one({"waiting": []}))


async def test_an_order_that_comes_late_is_blanked_at_its_end(app: OutsideApp, store: Database) -> None:
    await erase(app)
    await eventually(lambda: store["erasures"].find_one({"_id": "customer:c-1"}))

    late = await app.request(WISH, time=datetime.now(UTC) - HOUR)
    await app.event("order.search_started.v1")
    await app.request(a_cancellation_requested())

    await app.event("order.cancelled.v1")
    await eventually(lambda: blank(store), within=AGAIN_S)
    await app.send(late)
    await app.request(an_order_requested(order_id="o-2"))
    await app.event("order.accepted.v1", order_id="o-2")
    assert len(app.of_type("order.accepted.v1", order_id="o-1")) == 1
    assert await blank(store)


async def test_an_order_that_was_on_its_way_during_the_erasure_is_found_at_the_second_look(
    app: OutsideApp, store: Database
) -> None:
    await erase(app)
    await eventually(lambda: store["erasures"].find_one({"_id": "customer:c-1"}))
    await app.request(WISH, time=datetime.now(UTC) - timedelta(minutes=1))
    await app.event("order.search_started.v1")
    await app.request(a_cancellation_requested())
    await app.event("order.cancelled.v1")

    await store["erasures"].update_one({"_id": "customer:c-1"}, {"$set": {"again_at": datetime.now(UTC)}})

    await eventually(lambda: blank(store), within=AGAIN_S)
    await eventually(lambda: store["erasures"].find_one({"again_at": {"$exists": False}}))


async def test_a_person_who_orders_after_the_erasure_is_a_new_customer(
    app: OutsideApp, store: Database
) -> None:
    await app.request(
        an_order_requested(order_id="o-old", dropoff={**PARK, "note": NOTE}),
        time=datetime.now(UTC) - 3 * HOUR,
    )
    await app.request(a_cancellation_requested(order_id="o-old"))
    await app.event("order.cancelled.v1", order_id="o-old")
    await app.request(WISH, time=datetime.now(UTC) - HOUR)
    await app.request(a_cancellation_requested())
    await app.event("order.cancelled.v1", order_id="o-1")

    await erase(app, at=datetime.now(UTC) - 2 * HOUR)

    await eventually(lambda: blank(store, "o-old"))
    assert (await store["orders"].find_one({"_id": "o-1"}))["state"]["dropoff"]["note"] == NOTE
    assert await store["erasures"].count_documents({"waiting": "o-1"}) == 0


async def test_a_drivers_plate_is_removed_and_the_fare_stays(app: OutsideApp, store: Database) -> None:
    await app.request(WISH)
    await app.event("order.search_started.v1")
    await app.request(a_match_made())
    await app.request(DriverDelivered(driver_id="d-7", order_id="o-1"))
    await app.event("order.completed.v1")
    await app.request(DriverEmergencyRaised(driver_id="d-7", place=Point(lat=-8.0716, lng=114.2236)))
    await app.event("emergency.raised.v1")

    await erase(app, "d-7", Role.DRIVER)

    plate = "state.assignment.vehicle.plate"
    document = await eventually(lambda: store["orders"].find_one({"_id": "o-1", plate: "-"}))
    assert VEHICLE["plate"].encode() not in encode({"state": document["state"]})
    assert document["state"]["fare"]["driver_share"] > 0
    assert document["state"]["dropoff"]["note"] == NOTE
    await eventually(lambda: store["emergencies"].find_one({"seen.0.2": ""}))


async def test_an_erased_merchant_is_not_brought_back_by_an_older_registration(
    app: OutsideApp, store: Database
) -> None:
    registered, *facts = an_open_merchant()
    for fact in (registered, *facts):
        await app.request(fact, time=datetime.now(UTC) - HOUR)
    await eventually(lambda: store["merchants"].find_one({"_id": "m-1", "state.is_open": True}))

    await erase(app, "m-1", Role.MERCHANT)

    await eventually(
        lambda: store["merchants"].find_one({"_id": "m-1", "state.name": "-", "state.is_open": False})
    )
    await app.request(registered, time=datetime.now(UTC) - HOUR / 2)
    await app.request(an_open_merchant("m-2")[0])
    await eventually(lambda: store["merchants"].find_one({"_id": "m-2"}))
    document = await store["merchants"].find_one({"_id": "m-1"})
    assert b"Warung" not in encode(document)
    assert {mark[2] for mark in document["seen"][:3]} == {""}


async def test_no_programme_pays_for_an_erased_person_whichever_message_comes_first(
    app: OutsideApp, store: Database
) -> None:
    await app.request(a_word_for("c-1"), time=datetime.now(UTC) - HOUR)
    await eventually(lambda: store["beneficiaries"].find_one({"state.customer_id": "c-1"}))

    await erase(app)
    await erase(app, "r-2", Role.RECIPIENT)
    await eventually(lambda: store["erasures"].find_one({"_id": "recipient:r-2"}))
    await app.request(a_word_for("r-2"), time=datetime.now(UTC) - HOUR)

    for who in ("c-1", "r-2"):
        without_office = {"state.customer_id": who, "state.by": "-"}
        await eventually(partial(store["beneficiaries"].find_one, without_office))


async def erase(
    app: OutsideApp, who: str = "c-1", role: Role = Role.CUSTOMER, at: datetime | None = None
) -> None:
    await app.request(
        RecipientErased(recipient_id=who, role=role, at=at or datetime.now(UTC)),
        source="/gancang/notifications",
    )


def a_word_for(who: str) -> ProgrammeBeneficiaryAttested:
    said = {"programme_id": "gancang-aron", "customer_id": who, "by": OFFICE, "valid_until": "2027-06-30"}
    return ProgrammeBeneficiaryAttested.model_validate(said)


async def blank(store: Database, order_id: str = "o-1") -> dict[str, Any] | None:
    found: dict[str, Any] | None = await store["orders"].find_one({"_id": order_id, "state.dropoff.lat": 0.0})
    return (
        found
        if found is not None and "outbox" not in {name for name, value in found.items() if value}
        else None
    )
