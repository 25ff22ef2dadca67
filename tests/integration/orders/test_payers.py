"""Programmes and donors pay through the orders service: held, settled, given back, used up."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.codes import one_time_code
from contracts.requests.drivers import DriverDelivered
from contracts.requests.programmes import DonationPledged, ProgrammeBeneficiaryAttested, ProgrammeBudgetSet
from contracts.values import Proof
from services.runtime.storage.database import Collection, connect, database_of
from tests.support.builders import a_cancellation_requested, a_match_made, an_order_requested
from tests.support.eventually import eventually
from tests.support.meals import a_meal_requested, an_open_merchant
from tests.support.services import CODE_KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from contracts.requests.orders import OrderRequested
    from tests.support.outside import OutsideApp

OFFICE = {"role": "agency", "id": "dinkes"}
MONTH = f"{datetime.now(UTC) + timedelta(hours=7):%Y-%m}"
BUDGET = f"programme:gancang-aron:{MONTH}"
PAID = {
    "service": "document",
    "payer": {"kind": "programme", "id": "gancang-aron"},
    "agency_id": "dukcapil",
    "recipient": {"id": "r-1"},
}
PAID = {**PAID, "customer": {"id": "dukcapil", "kind": "agency"}, "details": {"envelope": "KTP-0001"}}
FARE = 9_000


@pytest.fixture
async def ledgers(database_uri: str) -> AsyncIterator[Collection]:
    client = connect(database_uri)
    yield database_of(client)["ledgers"]
    client.close()


async def a_budget(app: OutsideApp, ledgers: Collection, cap: int, **changes: Any) -> None:
    services = ["document", "medicine"]
    fact = {"programme_id": "gancang-aron", "period": MONTH, "cap": cap, "services": services, "by": OFFICE}
    await app.request(ProgrammeBudgetSet.model_validate({**fact, **changes}))
    await eventually(lambda: ledgers.find_one({"_id": BUDGET, "cap": cap}))


async def an_open_warung(app: OutsideApp, ledgers: Collection) -> None:
    for fact in an_open_merchant():
        await app.request(fact)
    known = {"_id": "m-1", "state.is_open": True, "state.residence": {"$exists": True}}
    await eventually(lambda: ledgers.database["merchants"].find_one(known))


def a_gift(**changes: Any) -> OrderRequested:
    payer = {"kind": "donor", "id": "bank", "campaign_id": "cantik"}
    return a_meal_requested(**{"customer": {"id": "bank", "kind": "resident"}, "payer": payer, **changes})


async def left(ledgers: Collection, **wanted: Any) -> None:
    await eventually(lambda: ledgers.find_one({"_id": BUDGET, **wanted}))


async def test_orders_are_taken_in_until_the_budget_is_used_up(app: OutsideApp, ledgers: Collection) -> None:
    await a_budget(app, ledgers, 3 * FARE)

    await asyncio.gather(
        *(app.request(an_order_requested(**PAID, order_id=f"o-{number}")) for number in range(8))
    )
    await eventually(lambda: len(app.of_type("order.rejected.v1", reason="budget_exhausted")) == 5)

    accepted = app.of_type("order.accepted.v1")
    assert len(accepted) == 3
    assert all(event.data.fare.payer.kind == "programme" for event in accepted)
    await left(ledgers, remaining=0, spent=0)


async def test_a_cancelled_order_gives_its_money_back(app: OutsideApp, ledgers: Collection) -> None:
    await a_budget(app, ledgers, FARE)
    await app.request(an_order_requested(**PAID))
    await app.event("order.search_started.v1")
    await left(ledgers, remaining=0)

    await app.request(a_cancellation_requested(by={"role": "agency", "id": "dukcapil"}))
    await app.event("order.cancelled.v1")

    await left(ledgers, remaining=FARE, spent=0, held={})


async def an_attested_patient(app: OutsideApp, ledgers: Collection) -> None:
    poor = {"programme_id": "gancang-aron", "customer_id": "c-1", "by": OFFICE, "valid_until": "2027-12-31"}
    await app.request(ProgrammeBeneficiaryAttested.model_validate(poor))
    await eventually(lambda: ledgers.database["beneficiaries"].find_one({"_id": "gancang-aron:c-1"}))


async def test_medicine_is_free_for_the_poor_and_others_pay_the_tariff(
    app: OutsideApp, ledgers: Collection
) -> None:
    await a_budget(app, ledgers, 100_000)
    await an_attested_patient(app, ledgers)

    await app.request(an_order_requested(service="medicine"))
    await app.request(
        an_order_requested(service="medicine", order_id="o-2", customer={"id": "c-2", "kind": "resident"})
    )
    poor = await app.event("order.accepted.v1", order_id="o-1")
    rich = await app.event("order.accepted.v1", order_id="o-2")

    assert (poor.data.payer.kind, poor.data.payer.id) == ("programme", "gancang-aron")
    assert rich.data.payer.kind == "customer"


async def test_a_donor_pays_for_many_households_until_the_pledges_are_used_up(
    app: OutsideApp, ledgers: Collection
) -> None:
    await an_open_warung(app, ledgers)
    for _ in range(2):
        await app.request(DonationPledged(donor_id="bank", campaign_id="cantik", amount=60_000))
    await eventually(lambda: ledgers.find_one({"_id": "donor:bank:cantik", "remaining": 120_000}))

    for number in range(3):
        await app.request(a_gift(order_id=f"o-{number}", recipient={"id": f"h-{number}"}))
    await app.event("order.rejected.v1", reason="budget_exhausted")
    await app.request(a_gift(order_id="o-9", customer={"id": "c-9", "kind": "resident"}))
    stranger = await app.event("order.rejected.v1", order_id="o-9")

    assert len({event.data.recipient_id for event in app.of_type("order.accepted.v1")}) == 2
    assert stranger.data.reason == "payer_not_allowed"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"service": "medicine", "payer": {"kind": "programme", "id": "gancang-aron"}}, "not_beneficiary"),
        ({**PAID, "payer": {"kind": "programme", "id": "nobody"}}, "payer_unknown"),
        ({"payer": {"kind": "customer", "id": "c-9"}}, "payer_unknown"),
    ],
)
async def test_an_order_whose_payer_does_not_pay_is_rejected_with_a_reason(
    app: OutsideApp, ledgers: Collection, changes: dict[str, Any], reason: str
) -> None:
    await a_budget(app, ledgers, 100_000)

    await app.request(an_order_requested(**changes))
    rejected = await app.event("order.rejected.v1")

    assert rejected.data.reason == reason


async def test_a_completed_order_is_paid_out_of_the_budget(app: OutsideApp, ledgers: Collection) -> None:
    await a_budget(app, ledgers, 100_000)
    await an_attested_patient(app, ledgers)
    await app.request(an_order_requested(service="medicine"))
    await app.event("order.search_started.v1")
    await app.request(a_match_made())
    issued = await app.event("order.code_issued.v1")

    code = one_time_code(CODE_KEY.encode(), "o-1", issued.data.code_serial)
    await app.request(DriverDelivered(driver_id="d-7", order_id="o-1", proof=Proof(code=code)))
    completed = await app.event("order.completed.v1")

    paid = completed.data.fare.total
    await left(ledgers, remaining=100_000 - paid, spent=paid, held={})
