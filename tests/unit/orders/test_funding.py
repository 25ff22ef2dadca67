"""Other payers: for whom they pay, and how an order uses their budget."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import bson
import pytest

from contracts.values import Customer, OrderStatus, Payer
from services.orders.adapters.mongo import ORDER
from services.orders.domain.intake.intake import take_in
from services.orders.domain.intake.request import Lookups
from services.orders.domain.order import Order
from services.orders.domain.payment.budget import Budget, budget_set, pledged
from services.orders.domain.payment.funding import (
    HoldState,
    PayerRecord,
    ProgrammeRules,
    budget_id,
    payer_refused,
    with_closed_hold,
)
from services.orders.domain.timers import timers
from tests.support.orders import CATALOGUE, NOW, wanted

TODAY = date(2026, 11, 24)
POOR = Customer.model_validate({"id": "c-1", "kind": "resident"})
BANK = Customer.model_validate({"id": "bank", "kind": "resident"})
OFFICE = Customer.model_validate({"id": "dinsos", "kind": "agency"})
PROGRAMME = Payer.model_validate({"kind": "programme", "id": "aron"})
DONOR = Payer.model_validate({"kind": "donor", "id": "bank", "campaign_id": "cantik"})
ONLY_POOR = ProgrammeRules("aron")
ATTESTED = PayerRecord(("medicine",), TODAY)


@pytest.mark.parametrize(
    ("payer", "customer", "payer_record", "reason"),
    [
        (PROGRAMME, POOR, ATTESTED, None),
        (PROGRAMME, POOR, None, "payer_unknown"),
        (PROGRAMME, POOR, PayerRecord(("document",), TODAY), "payer_not_allowed"),
        (PROGRAMME, POOR, PayerRecord(("medicine",)), "not_beneficiary"),
        (PROGRAMME, POOR, PayerRecord(("medicine",), TODAY - timedelta(days=1)), "not_beneficiary"),
        (DONOR, BANK, PayerRecord(), None),
        (DONOR, OFFICE, PayerRecord(), None),
        (DONOR, POOR, PayerRecord(), "payer_not_allowed"),
        (DONOR, BANK, None, "payer_unknown"),
        (Payer(id="c-1"), POOR, None, None),
        (Payer(), POOR, None, None),
        (Payer(id="c-2"), POOR, None, "payer_unknown"),
    ],
)
def test_a_payer_pays_only_for_the_customers_and_services_that_are_allowed(
    payer: Payer, customer: Customer, payer_record: PayerRecord | None, reason: str | None
) -> None:
    assert payer_refused(payer, customer, "medicine", ONLY_POOR, payer_record, TODAY) == reason


def test_a_programme_without_the_rule_pays_for_all_customers() -> None:
    assert payer_refused(PROGRAMME, POOR, "medicine", None, PayerRecord(("medicine",)), TODAY) is None


def test_the_month_of_a_budget_is_that_of_the_trip_by_local_time() -> None:
    last_evening = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)

    assert budget_id(PROGRAMME, last_evening) == "programme:aron:2026-12"
    assert budget_id(DONOR, last_evening) == "donor:bank:cantik"


def test_an_older_budget_has_no_effect_and_pledges_add_up() -> None:
    known = Budget("programme:aron:2026-11", 100, NOW)

    assert budget_set(known, replace(known, cap=50, as_of=NOW - timedelta(seconds=1))) is None
    assert budget_set(known, replace(known, cap=50, as_of=NOW + timedelta(seconds=1))) is not None
    assert pledged(pledged(None, "donor:bank:cantik", 100, NOW), "donor:bank:cantik", 50, NOW).cap == 150


def a_paid_order(**changes: Any) -> Order:
    asked = wanted(payer=PROGRAMME, customer=POOR, **changes)
    facts = Lookups(NOW, payer_record=ATTESTED)
    return take_in(asked, CATALOGUE.services["medicine"], CATALOGUE.area, CATALOGUE.bands, facts)


def test_an_order_of_another_payer_waits_for_the_payers_budget() -> None:
    order = a_paid_order()

    assert order.status is OrderStatus.AWAITING_FUNDS
    assert order.funding is not None
    assert order.fare is not None
    assert (order.funding.budget_id, order.funding.amount) == ("programme:aron:2026-11", order.fare.total)
    assert timers(order) == {"funds_wanted": NOW + timedelta(seconds=5)}


def test_an_order_that_has_ended_settles_its_budget_once() -> None:
    order = a_paid_order()
    assert order.funding is not None
    ended = replace(
        order, status=OrderStatus.CANCELLED, since=NOW, funding=replace(order.funding, hold=HoldState.HELD)
    )

    assert timers(ended) == {"funds_settled": NOW}
    assert timers(replace(ended, funding=with_closed_hold(order.funding))) == {}


def test_an_order_with_a_budget_comes_back_from_the_database_as_it_was() -> None:
    order = a_paid_order()
    stored: dict[str, Any] = bson.decode(bson.encode(ORDER.encode(order)), bson.CodecOptions(tz_aware=True))

    assert ORDER.decode(stored) == order


def test_a_customer_cannot_let_an_agency_pay_as_a_customer() -> None:
    assert payer_refused(Payer(id="dinsos"), POOR, "ride", None, None, TODAY) == "payer_unknown"
    assert payer_refused(Payer(id="dinsos"), OFFICE, "ride", None, None, TODAY) is None
