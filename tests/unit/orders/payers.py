"""Other payers, a programme for the poor and a bank's campaign, and what has to hold for their budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.requests.programmes import DonationPledged, ProgrammeBeneficiaryAttested, ProgrammeBudgetSet
from contracts.values import OrderStatus, PayerKind
from tests.support.ledger_rows import LedgerRows, held_in
from tests.support.meals import HOMESTAY, RUJAK, TEMPONG, WARUNG

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.values import Value
    from services.orders.domain.order import Order

A_MEAL = {"pickup": WARUNG, "dropoff": HOMESTAY, "items": [TEMPONG, RUJAK]}
BANK, POOR = "bank-9", "r-6"
COSTS = {OrderStatus.COMPLETED, OrderStatus.RETURNED}
OFFICE = {"role": "agency", "id": "dinkes"}
CAP, PLEDGE = 25_000, 130_000

PAID_BY_OTHERS: dict[str, dict[str, Any]] = {
    "medicine-for-the-poor": {
        "service": "medicine",
        "recipient": {"id": POOR},
        "payer": {"kind": "programme", "id": "aron"},
    },
    "medicine-for-anybody": {
        "service": "medicine",
        "recipient": {"id": "r-8"},
        "payer": {"kind": "programme", "id": "aron"},
    },
    "gift": {
        "service": "food",
        **A_MEAL,
        "customer": {"id": BANK, "kind": "agency", "locale": "id"},
        "recipient": {"id": "r-9"},
        "payer": {"kind": "donor", "id": BANK, "campaign_id": "9-9"},
    },
}


def budget(cap: int = CAP) -> ProgrammeBudgetSet:
    """The programme's budget of the month, by default for about two deliveries of medicine."""
    said = {"programme_id": "aron", "period": "2026-11", "cap": cap, "services": ["medicine"], "by": OFFICE}
    return ProgrammeBudgetSet.model_validate(said)


def pledge(amount: int = PLEDGE) -> DonationPledged:
    """A pledge of the bank, by default for about two meals."""
    return DonationPledged(donor_id=BANK, campaign_id="9-9", amount=amount)


def money_at_dawn() -> tuple[Value, ...]:
    """The facts about budgets and beneficiaries before the first order."""
    poor = {"programme_id": "aron", "customer_id": POOR, "by": OFFICE, "valid_until": "2027-12-31"}
    return budget(), ProgrammeBeneficiaryAttested.model_validate(poor), pledge()


def add_up(ledgers: LedgerRows, orders: Mapping[str, Order]) -> None:
    """Every rupiah is left, spent, or held for an order that knows it; none owes more than was held."""
    for budget_id, row in ledgers.rows.items():
        held = held_in(row)
        assert row["cap"] == row["remaining"] + row["spent"] + sum(held.values()), row
        assert row["remaining"] >= 0, row
        for order_id, amount in held.items():
            funding = orders[order_id].funding
            assert funding is not None
            assert (funding.budget_id, funding.amount) == (budget_id, amount)
    for order in orders.values():
        assert order.payer.kind is PayerKind.CUSTOMER or order.funding is not None or order.ended
        assert order.funding is None or order.owed <= order.funding.amount


def settled(ledgers: LedgerRows, orders: Mapping[str, Order]) -> None:
    """At the end only running orders hold money, and what was spent is what was owed."""
    for budget_id, row in ledgers.rows.items():
        mine = [
            order
            for order in orders.values()
            if order.funding is not None and order.funding.budget_id == budget_id
        ]
        assert set(held_in(row)) == {order.order_id for order in mine if not order.ended}
        costing = [order for order in mine if order.status in COSTS]
        assert row["spent"] == sum(order.fare.total for order in costing if order.fare is not None)
