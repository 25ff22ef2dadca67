"""`gancang programme report`: the claim of a month adds up with the budget, and names no person."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from contracts.codes import one_time_code
from contracts.requests.drivers import DriverDelivered, DriverDeliveryFailed, DriverReturned
from contracts.requests.programmes import ProgrammeBeneficiaryAttested, ProgrammeBudgetSet
from contracts.values import Proof
from services.orders.app import build
from services.runtime.storage.database import connect, database_of
from tests.support.builders import a_match_made, an_order_requested
from tests.support.eventually import eventually
from tests.support.outside import an_outside_app
from tests.support.services import CODE_KEY, at_work, runtime_settings

if TYPE_CHECKING:
    from tests.support.command_line import Gancang
    from tests.support.outside import OutsideApp

MONTH = f"{datetime.now(UTC) + timedelta(hours=7):%Y-%m}"
OFFICE = {"role": "agency", "id": "dinkes"}
BUDGET = {"programme_id": "aron", "period": MONTH, "cap": 100_000, "services": ["medicine"], "by": OFFICE}
POOR = {"programme_id": "aron", "customer_id": "c-1", "by": OFFICE, "valid_until": "2027-12-31"}
MEDICINE = {"service": "medicine", "payer": {"kind": "programme", "id": "aron"}}


async def a_delivered_medicine(app: OutsideApp, database_uri: str) -> int:
    client = connect(database_uri)
    await app.request(ProgrammeBudgetSet.model_validate(BUDGET))
    await app.request(ProgrammeBeneficiaryAttested.model_validate(POOR))
    await eventually(lambda: database_of(client)["ledgers"].find_one({}))
    await eventually(lambda: database_of(client)["beneficiaries"].find_one({}))
    await app.request(an_order_requested(**MEDICINE))
    await app.event("order.search_started.v1")
    await app.request(a_match_made())
    issued = await app.event("order.code_issued.v1")
    code = one_time_code(CODE_KEY.encode(), "o-1", issued.data.code_serial)
    await app.request(DriverDelivered(driver_id="d-7", order_id="o-1", proof=Proof(code=code)))
    completed = await app.event("order.completed.v1")
    await eventually(lambda: database_of(client)["ledgers"].find_one({"spent": {"$gt": 0}}))
    client.close()
    paid: int = completed.data.fare.total
    return paid


async def test_the_claim_of_a_month_adds_up_and_names_no_person(
    gancang: Gancang, broker_url: str, database_uri: str
) -> None:
    async with (
        at_work("orders", build, runtime_settings(broker_url, database_uri)),
        an_outside_app(broker_url) as app,
    ):
        paid = await a_delivered_medicine(app, database_uri)
        await app.request(an_order_requested(**MEDICINE, order_id="o-2"))
        await app.event("order.accepted.v1", order_id="o-2")

    printed = await gancang("programme", "report", "aron", "--month", MONTH)
    claim = json.loads((await gancang("programme", "report", "aron", "--month", MONTH, "--json")).stdout)

    budget = claim["budget"]
    assert [line["order_id"] for line in claim["orders"]] == ["o-1"]
    assert claim["claimed"] == budget["spent"] == paid
    assert budget["cap"] == budget["spent"] + budget["held"] + budget["remaining"]
    assert claim["under_way"] == 1
    assert f"1 orders, Rp {paid:,} claimed" in printed.stdout
    assert "c-1" not in printed.stdout


async def test_returned_medicine_is_claimed_too_and_shown_with_its_payer(
    gancang: Gancang, broker_url: str, database_uri: str
) -> None:
    step: dict[str, Any] = {"driver_id": "d-7", "order_id": "o-2"}
    async with (
        at_work("orders", build, runtime_settings(broker_url, database_uri)),
        an_outside_app(broker_url) as app,
    ):
        paid = await a_delivered_medicine(app, database_uri)
        await app.request(an_order_requested(**MEDICINE, order_id="o-2"))
        await app.event("order.search_started.v1", order_id="o-2")
        await app.request(a_match_made(order_id="o-2"))
        await app.event("order.driver_assigned.v1", order_id="o-2")
        await app.request(DriverDeliveryFailed(**step, reason="recipient_absent"))
        await app.request(DriverReturned(**step))
        returned = await app.event("order.returned.v1", order_id="o-2")
        client = connect(database_uri)
        await eventually(lambda: database_of(client)["ledgers"].find_one({"held": {}}))
        client.close()

    claim = json.loads((await gancang("programme", "report", "aron", "--month", MONTH, "--json")).stdout)
    shown = json.loads((await gancang("order", "show", "o-2", "--json")).stdout)

    assert [(line["order_id"], line["outcome"]) for line in claim["orders"]] == [
        ("o-1", "completed"),
        ("o-2", "returned"),
    ]
    assert claim["claimed"] == claim["budget"]["spent"] == paid + returned.data.fare.total
    assert shown["owed"] == {"amount": returned.data.fare.total, "by": "programme:aron"}
    assert shown["fee"] is None


async def test_a_month_without_a_budget_is_named(gancang: Gancang) -> None:
    answer = await gancang("programme", "report", "aron", "--month", "2001-01")

    assert (answer.returncode, answer.stderr.strip()) == (
        2,
        "gancang: programme aron has no budget for 2001-01",
    )
