"""After the erasure of all its people, a trip through all three services names no person and no place."""

from __future__ import annotations

from contextlib import AsyncExitStack
from struct import pack
from typing import TYPE_CHECKING, Any

import aio_pika
from bson import encode
from structlog.testing import capture_logs

from contracts.codec import binary_headers, body_of
from contracts.queues import QUEUES, UNROUTED, QueueKind
from contracts.requests.drivers import DriverDelivered, DriverEmergencyRaised
from services.matching.app import build as build_matching
from services.notifications.app import build as build_notifications
from services.orders.app import build as build_orders
from services.runtime.storage import database
from tests.support import builders
from tests.support.eventually import eventually
from tests.support.outside import a_fresh_message, an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    import pytest

    from tests.support.outside import OutsideApp

SERVICES = {"orders": build_orders, "matching": build_matching, "notifications": build_notifications}
ADDRESS, NAME, NOTE, LABEL = (
    "secret.guest@example.org",
    "Wahyuningsih",
    "Behind the blue gate",
    "Jl. Veteran 7",
)
DOOR = {"lat": -8.219137, "lng": 114.369173, "label": LABEL, "note": NOTE}
HERE = {"lat": -8.210611, "lng": 114.374511}
PLATE = "P 4711 ZZ"
WISH = builders.an_order_requested(pickup={**builders.STATION, "note": NOTE}, dropoff=DOOR)
CONTACT = builders.a_contact_registered(display_name=NAME, channels=[{"kind": "email", "address": ADDRESS}])
PEOPLE = (("c-1", "customer"), ("d-7", "driver"))


async def test_nothing_is_left_in_databases_logs_live_and_parked_messages(
    broker_url: str, database_uri: str, capfd: pytest.CaptureFixture[str]
) -> None:
    settings, client = runtime_settings(broker_url, database_uri), database.connect(database_uri)
    store = database.database_of(client)
    with capture_logs() as lines:
        async with AsyncExitStack() as stack:
            for name, build in SERVICES.items():
                await stack.enter_async_context(at_work(name, build, settings))
            app = await stack.enter_async_context(an_outside_app(broker_url))
            await a_trip(app)
            await two_mistakes(app)
            before = await everything(client, store.name)
            assert {NOTE.encode(), LABEL.encode(), PLATE.encode()} <= {
                value for value in secrets() if value in before
            }

            for who, role in PEOPLE:
                asked = {"recipient_id": who, "role": role, "by": {"role": role, "id": who}}
                await app.request(builders.an_erasure_requested(**asked))
                await app.event("recipient.erased.v1", recipient_id=who)
            await eventually(lambda: nothing_waits(broker_url), within=20)
            await eventually(
                lambda: store["orders"].find_one({"_id": "o-1", "state.dropoff.lat": 0.0, "seen.0.2": ""})
            )
            await eventually(
                lambda: store["drivers"].find_one({"_id": "d-7", "state.facts.erasure": {"$exists": True}})
            )
            await eventually(
                lambda: store["orders"].find_one({"_id": "o-1", "state.assignment.vehicle.plate": "-"})
            )

            async def left() -> bool:
                lying = await everything(client, store.name)
                assert [value for value in secrets() if value in lying] == []
                return True

            await eventually(left)
    talk = b"".join([repr(lines).encode(), "".join(capfd.readouterr()).encode(), *await messages(broker_url)])
    client.close()
    assert [value for value in (*secrets(), *in_words()) if value in talk] == []


async def a_trip(app: OutsideApp) -> None:
    await app.request(CONTACT)
    await app.request(
        builders.a_driver_registered(driver_id="d-7", vehicle={"class": "motorcycle", "plate": PLATE})
    )
    await app.request(builders.a_residence_attested(driver_id="d-7"))
    await app.request(builders.a_shift_started(driver_id="d-7", place=HERE))
    await app.event("driver.eligibility_changed.v1", driver_id="d-7", eligible=True)
    await app.request(WISH)
    offer = (await app.event("offer.made.v1", within=30)).data
    await app.request(builders.an_offer_accepted(driver_id="d-7", offer_id=offer.offer_id))
    await app.event("order.driver_assigned.v1")
    await app.request(
        DriverEmergencyRaised.model_validate({"driver_id": "d-7", "order_id": "o-1", "place": HERE})
    )
    await app.event("emergency.raised.v1")
    await app.request(DriverDelivered(driver_id="d-7", order_id="o-1"))
    await app.event("order.completed.v1")
    await app.event("driver.released.v1", driver_id="d-7")


async def two_mistakes(app: OutsideApp) -> None:
    """The same order in a version that nobody reads, and under a type that nobody knows."""
    message = a_fresh_message(WISH)
    for key, version in (("order.requested.v1", "9.9"), ("order.reqeusted.v1", "1.0")):
        headers = {**binary_headers(message), "ce-specversion": version}
        await app.send_raw(body_of(WISH), routing_key=key, headers=headers, content_type="application/json")


def secrets() -> list[bytes]:
    """As they lie in a database."""
    places = [
        pack("<d", value) for place in (DOOR, HERE) for value in place.values() if isinstance(value, float)
    ]
    return [*(text.encode() for text in (ADDRESS, NAME, NOTE, LABEL, PLATE)), *places]


def in_words() -> list[bytes]:
    return [
        str(value).encode() for place in (DOOR, HERE) for value in place.values() if isinstance(value, float)
    ]


async def everything(client: Any, name: str) -> bytes:
    """All documents of the state and of the keys. Without what was told: customers were told the plate."""
    stores = [client[name], client[f"{name}_keys"]]
    found = [
        encode(document)
        for store in stores
        for collection in await store.list_collection_names()
        for document in await store[collection].find({}, {"state.parameters.plate": 0}).to_list(None)
    ]
    return b"".join(found)


async def nothing_waits(broker_url: str) -> bool:
    connection = await aio_pika.connect(broker_url)
    async with connection, connection.channel() as channel:
        work = [name for name, queue in QUEUES.items() if queue.kind is QueueKind.WORK]
        declared = [await channel.declare_queue(name, passive=True) for name in work]
        parked = await channel.declare_queue("orders.order_requested.parked", passive=True)
        unrouted = await channel.declare_queue(UNROUTED, passive=True)
        given_up = all(queue.declaration_result.message_count for queue in (parked, unrouted))
        return given_up and not any(queue.declaration_result.message_count for queue in declared)


async def messages(broker_url: str) -> list[bytes]:
    """Bodies and headers of all that lies in any queue of ours."""
    found: list[bytes] = []
    connection = await aio_pika.connect(broker_url)
    async with connection, connection.channel() as channel:
        ours = [
            queue for queue in QUEUES.values() if queue.kind is not QueueKind.LEADER
        ]  # that one holds a token, and is locked
        names = [
            *(queue.name for queue in ours),
            *(queue.parked for queue in ours if queue.kind is QueueKind.WORK),
        ]
        for name in names:
            queue = await channel.get_queue(name)
            while (message := await queue.get(no_ack=False, fail=False)) is not None:
                found += [message.body, repr(message.headers).encode()]
    assert len(found) == 4  # the two mistakes
    return found
