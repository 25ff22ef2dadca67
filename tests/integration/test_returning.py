"""An undelivered envelope, with orders and matching: its courier is bound until the agency has it back."""

from __future__ import annotations

import shutil
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.requests.agencies import AgencyReturnConfirmed
from contracts.requests.drivers import (
    DriverDeliveryFailed,
    DriverOfferAccepted,
    DriverPickedUp,
    DriverReturned,
)
from contracts.values import Proof, rfc3339
from services.matching.app import build as build_matching
from services.orders.app import build as build_orders
from services.orders.settings import BUILT_IN
from services.runtime.clock import real_now
from services.runtime.storage.database import connect, database_of
from tests.support.builders import (
    a_driver_registered,
    a_match_made,
    a_residence_attested,
    a_shift_started,
    an_order_requested,
)
from tests.support.outside import OutsideApp, an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from contracts.requests.orders import OrderRequested

AGENCY = {"id": "dispendukcapil", "kind": "agency", "locale": "id"}
SEALED = Proof(envelope="ENV-0042")
STEP: dict[str, Any] = {"driver_id": "d-7", "order_id": "o-3"}
FAILED = DriverDeliveryFailed(**STEP, reason="recipient_absent")
SPEED = 900


@pytest.fixture
def at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue: no wait before the second attempt, a search of a day, a return within an hour."""
    folder = tmp_path / "catalogue"
    shutil.copytree(BUILT_IN, folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    document = folder / "document.toml"
    text = document.read_text().replace("again_after_min = 240", "again_after_min = 0")
    document.write_text(
        text.replace("return_within_h = 24", "return_within_h = 1").replace("life_s = 600", "life_s = 86400")
    )
    monkeypatch.setenv("GANCANG_CATALOGUE", str(folder))


@pytest.fixture
async def app(broker_url: str, database_uri: str, at_once: None) -> AsyncIterator[OutsideApp]:
    async with AsyncExitStack() as stack:
        for name, build in (("orders", build_orders), ("matching", build_matching)):
            await stack.enter_async_context(at_work(name, build, runtime_settings(broker_url, database_uri)))
        yield await stack.enter_async_context(an_outside_app(broker_url))


@pytest.fixture
async def hurried(broker_url: str, database_uri: str, at_once: None) -> AsyncIterator[OutsideApp]:
    """Orders alone, an hour in four seconds."""
    began = rfc3339(real_now() - timedelta(hours=1))
    settings = runtime_settings(broker_url, database_uri, clock=f"{began},{SPEED},{rfc3339(real_now())}")
    async with at_work("orders", build_orders, settings), an_outside_app(broker_url) as app:
        yield app


def a_document() -> OrderRequested:
    return an_order_requested(
        order_id="o-3",
        service="document",
        customer=AGENCY,
        recipient={"id": "r-5"},
        details={"envelope": "ENV-0042"},
    )


async def is_bound(database_uri: str) -> bool:
    """Whether the courier still holds the order."""
    client = connect(database_uri)
    try:
        driver = await database_of(client)["drivers"].find_one({"_id": {"$eq": "d-7"}})
        return bool(driver and driver["state"].get("live"))
    finally:
        client.close()


async def test_the_courier_is_bound_to_the_envelope_until_the_agency_has_it_back(
    app: OutsideApp, database_uri: str
) -> None:
    for fact in (a_driver_registered(), a_residence_attested(), a_shift_started()):
        await app.request(fact)
    await app.event("driver.eligibility_changed.v1", eligible=True)
    await app.request(a_document())
    offer = await app.event("offer.made.v1")
    await app.request(DriverOfferAccepted(driver_id="d-7", offer_id=offer.data.offer_id))
    await app.event("order.driver_assigned.v1")
    await app.request(DriverPickedUp(**STEP, proof=SEALED))
    await app.event("order.picked_up.v1")

    await app.request(FAILED)
    await app.event("order.attempt_failed.v1", delivery_attempt=1)
    await app.request(FAILED)
    await app.event("order.returning.v1")
    await app.request(DriverReturned(**STEP, proof=SEALED))
    bound = await is_bound(database_uri)
    await app.request(AgencyReturnConfirmed(agency_id="dispendukcapil", order_id="o-3", envelope="ENV-0042"))

    returned = await app.event("order.returned.v1")
    receipt = await app.event("receipt.issued.v1")
    await app.event("driver.released.v1", driver_id="d-7")
    assert (bound, await is_bound(database_uri)) == (True, False)
    assert returned.data.reason == "recipient_absent"
    assert returned.data.fare is not None
    assert returned.data.fare.driver_share > 0
    assert returned.data.fare.payer.id == "dispendukcapil"
    assert receipt.data.outcome == "returned"
    assert [line.step for line in receipt.data.custody][:3] == [
        "picked_up",
        "attempt_failed",
        "attempt_failed",
    ]
    assert receipt.data.custody[-1].step == "return_confirmed"


async def test_an_envelope_that_is_not_back_in_time_raises_one_alarm(hurried: OutsideApp) -> None:
    await hurried.request(a_document())
    await hurried.event("order.search_started.v1")
    await hurried.request(a_match_made(order_id="o-3"))
    await hurried.event("order.driver_assigned.v1")
    await hurried.request(DriverPickedUp(**STEP, proof=SEALED))
    await hurried.event("order.picked_up.v1")
    for _ in range(2):
        await hurried.request(FAILED)
    returning = await hurried.event("order.returning.v1")

    overdue = await hurried.event("order.return_overdue.v1")
    await hurried.request(
        AgencyReturnConfirmed(agency_id="dispendukcapil", order_id="o-3", envelope="ENV-0042")
    )

    await hurried.event("order.returned.v1")
    assert overdue.data.return_by == returning.data.return_by
    assert overdue.time >= returning.data.return_by
    assert overdue.data.tell == ["agency", "operator", "driver"]
    assert len(hurried.of_type("order.return_overdue.v1")) == 1
