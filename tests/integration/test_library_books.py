"""A service that nobody thought of, added by one file of the catalogue, from the request to the receipt."""

from __future__ import annotations

import shutil
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contracts.codes import one_time_code
from contracts.requests.drivers import DriverArrived, DriverDelivered, DriverOfferAccepted, DriverPickedUp
from contracts.values import Proof
from services.matching.app import build as build_matching
from services.notifications.app import build as build_notifications
from services.orders.app import build as build_orders
from services.orders.settings import BUILT_IN
from tests.support.builders import (
    a_contact_registered,
    a_driver_registered,
    a_residence_attested,
    a_shift_started,
    an_order_requested,
)
from tests.support.outside import OutsideApp, an_outside_app
from tests.support.services import CODE_KEY, at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from contracts.requests.orders import OrderRequested

ONE_FILE = Path(__file__).parent / "library" / "library_books.toml"
BUILDERS = {"orders": build_orders, "matching": build_matching, "notifications": build_notifications}
STEP: dict[str, Any] = {"driver_id": "d-7", "order_id": "o-77"}
BAG = {"envelope": "BAG-12"}


@pytest.fixture
async def app(
    broker_url: str, database_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[OutsideApp]:
    """All services at work with a catalogue that has one file more."""
    folder = tmp_path / "catalogue"
    shutil.copytree(BUILT_IN, folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    shutil.copy(ONE_FILE, folder)
    monkeypatch.setenv("GANCANG_CATALOGUE", str(folder))
    async with AsyncExitStack() as stack:
        for name, build in BUILDERS.items():
            await stack.enter_async_context(at_work(name, build, runtime_settings(broker_url, database_uri)))
        yield await stack.enter_async_context(an_outside_app(broker_url))


def books(**changes: Any) -> OrderRequested:
    library = {"id": "perpusda", "kind": "agency", "locale": "id"}
    wanted = {"order_id": "o-77", "service": "library_books", "customer": library, "recipient": {"id": "r-5"}}
    return an_order_requested(**{**wanted, "details": {"books": 3, **BAG}, **changes})


async def test_library_books_reach_their_reader_by_one_file_alone(app: OutsideApp) -> None:
    await app.request(a_contact_registered(recipient_id="r-5", role="customer"))
    await app.request(a_driver_registered())
    await app.request(a_residence_attested())
    await app.request(a_shift_started())
    await app.event("driver.eligibility_changed.v1", eligible=True)

    await app.request(books())
    accepted = await app.event("order.accepted.v1")
    offer = await app.event("offer.made.v1")
    await app.request(DriverOfferAccepted(driver_id="d-7", offer_id=offer.data.offer_id))
    issued = await app.event("order.code_issued.v1")
    await app.request(DriverArrived(**STEP))
    await app.request(DriverPickedUp(**STEP, proof=Proof(envelope="BAG-12")))
    await app.event("order.picked_up.v1")
    code = one_time_code(CODE_KEY.encode(), "o-77", issued.data.code_serial)
    await app.request(DriverDelivered(**STEP, proof=Proof(code=code)))

    completed = await app.event("order.completed.v1")
    receipt = await app.event("receipt.issued.v1")
    released = await app.event("driver.released.v1")
    told = await app.event("notification.sent.v1", recipient_id="r-5", cause=completed.id)
    assert (accepted.data.service_name["en"], accepted.data.fare.total) == ("Library books to the door", 6000)
    assert (accepted.data.notices, offer.data.requirements.handling) == (completed.data.notices, ["keep_dry"])
    assert [line.step for line in receipt.data.custody] == ["picked_up", "delivered"]
    assert (receipt.data.agency_id, released.data.driver_id, told.data.template) == (
        "perpusda",
        "d-7",
        "order.completed",
    )


@pytest.mark.parametrize(
    ("changes", "event", "reason"),
    [
        ({"details": {"books": 6, **BAG}}, "order.rejected.v1", "details_not_allowed"),
        ({"details": BAG}, "request.rejected.v1", "details_missing"),
        ({"recipient": None}, "order.rejected.v1", "recipient_missing"),
        ({"dropoff": {"lat": -8.6, "lng": 114.1}}, "order.rejected.v1", "too_far"),
    ],
    ids=["too many", "how many", "no reader", "too far"],
)
async def test_its_rules_are_those_of_the_file(
    app: OutsideApp, changes: dict[str, Any], event: str, reason: str
) -> None:
    await app.request(books(**changes))

    refused = await app.event(event)

    assert refused.data.reason == reason
