"""The demo finds an errand with the wrong end, a leaked code, and a gap in the custody of an envelope."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from contracts.events.orders import OrderCompleted, OrderReturned, OrderUnserved
from contracts.values import Customer, CustomerKind, Place
from services.ops.demo.by_service import by_service
from services.ops.demo.checks import promises
from services.ops.demo.checks.evidence import Evidence
from services.ops.demo.morning import first_light
from services.ops.demo.short_pauses import shortened
from services.orders.adapters.catalogue import load
from services.orders.settings import BUILT_IN
from services.simulator.plans.errand import Errand
from tests.support.builders import FARE, NOW, ORDER_EVENT, PARK, STATION, a_message

if TYPE_CHECKING:
    from pathlib import Path

ERRAND = Errand(
    order_id="food-3",
    story="the warung does not answer",
    service="food",
    customer=Customer(id="p-1", kind=CustomerKind.RESIDENT),
    name="Sri",
    pickup=Place.model_validate(STATION),
    dropoff=Place.model_validate(PARK),
    ends="unserved",
    reason="merchant_silent",
)
CHAIN = [{"at": NOW, "step": "picked_up"}, {"at": NOW + timedelta(minutes=9), "step": "delivered"}]


def ended(reason: str = "merchant_silent") -> OrderUnserved:
    return OrderUnserved.model_validate(
        {**ORDER_EVENT, "order_id": "food-3", "service": "food", "reason": reason}
    )


def evidence(*events: object, **changes: object) -> Evidence:
    nothing = Evidence(frozenset(), (), {}, {}, {}, {}, {}, promised={"food-3": ERRAND})
    return replace(nothing, events=tuple(a_message(event) for event in events), **changes)  # type: ignore[arg-type]


def letters(**documents: object) -> Evidence:
    return evidence(
        ended(),
        codes={"h-1@x": "271828"},
        code_readers=frozenset({"h-1@x"}),
        documents={"orders": [documents]},
    )


def envelope(status: str, custody: object) -> Evidence:
    return evidence(
        documents={
            "orders": [
                {
                    "_id": "o-1",
                    "state": {"status": status, "details": {"envelope": "E-1"}, "custody": custody},
                }
            ]
        }
    )


def budget(ledger: object) -> Evidence:
    done = {"fare": FARE, "distance_m": 1460, "completed_at": NOW, "payer": GIFT}
    return evidence(OrderCompleted.model_validate({**ORDER_EVENT, **done}), documents={"ledgers": [ledger]})


def test_an_errand_that_ends_as_promised_is_not_found() -> None:
    assert list(promises.wrong_ends(evidence(ended()))) == []


def test_an_errand_that_ends_otherwise_or_not_at_all_is_found() -> None:
    other = OrderCompleted.model_validate(
        {**ORDER_EVENT, "fare": FARE, "distance_m": 1460, "completed_at": NOW}
    )
    found = list(promises.wrong_ends(evidence(ended("no_driver"), other)))
    assert found == ["food-3: unserved no_driver instead of unserved merchant_silent"]
    assert len(list(promises.wrong_ends(evidence()))) == 1


def test_that_no_driver_is_free_breaks_no_promise_where_a_driver_serves_the_service() -> None:
    done = {"order_id": "food-9", "service": "food", "fare": FARE, "distance_m": 1460, "completed_at": NOW}
    another = OrderCompleted.model_validate({**ORDER_EVENT, **done})

    assert list(promises.wrong_ends(evidence(ended("no_driver"), another))) == []


def test_a_name_in_a_public_event_is_found() -> None:
    event = OrderReturned.model_validate({**ORDER_EVENT, "service_name": {"en": "Sri"}})

    assert list(promises.leaks(evidence(event, secrets=frozenset({"Sri"})))) == [
        "order.returned.v1 of o-1: Sri"
    ]
    assert list(promises.leaks(evidence(event, secrets=frozenset({"Emma"})))) == []


def test_a_code_is_for_its_recipient_and_is_nowhere_written_down() -> None:
    assert list(promises.leaked_codes(letters())) == []
    assert list(promises.leaked_codes(letters(note="code 271828"))) == ["the code of h-1@x was written down"]
    assert list(promises.leaked_codes(replace(letters(), code_readers=frozenset()))) == [
        "a code in a mail to h-1@x"
    ]


@pytest.mark.parametrize(
    ("status", "custody"),
    [("completed", CHAIN[1:]), ("completed", []), ("completed", CHAIN[::-1]), ("returned", CHAIN)],
)
def test_a_chain_with_a_missing_link_is_found(status: str, custody: object) -> None:
    assert list(promises.broken_custody(envelope("completed", CHAIN))) == []
    assert len(list(promises.broken_custody(envelope(status, custody)))) == 1


GIFT = {"kind": "donor", "id": "bank-osing", "campaign_id": "tanggal-cantik"}
LEDGER = {"_id": "donor:bank-osing:tanggal-cantik", "cap": 50_000, "remaining": 41_000, "spent": 9_000}


def test_a_budget_that_adds_up_is_not_found() -> None:
    assert list(promises.broken_budgets(budget(LEDGER))) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"remaining": -1, "spent": 50_001},
        {"remaining": 42_000},
        {"remaining": 32_000, "held": {"o-9": {"amount": 9_000}}},
        {"remaining": 50_000, "spent": 0},
    ],
)
def test_a_budget_that_is_overspent_or_does_not_add_up_is_found(changes: dict[str, object]) -> None:
    assert list(promises.broken_budgets(budget({**LEDGER, **changes}))) != []


def test_each_service_has_its_row() -> None:
    rows = by_service(evidence(ended()))

    assert rows["food"] == {
        "ordered": 1,
        "completed": 0,
        "otherwise": {"unserved": {"merchant_silent": 1}},
        "median_min": None,
        "money": {},
    }


def test_the_demo_plays_the_catalogue_as_it_is_but_for_the_hours_between_two_attempts(tmp_path: Path) -> None:
    folder = shortened(BUILT_IN, tmp_path)

    played, built_in = load(folder), load(BUILT_IN)
    attempts = played.services["document"].policy.attempts
    assert attempts is not None
    assert (attempts.most, attempts.again_after_min) == (2, 2)
    assert played.services["food"] == built_in.services["food"]


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (datetime(2026, 11, 24, 13, 44, tzinfo=UTC), datetime(2026, 11, 23, 21, 0, tzinfo=UTC)),
        (datetime(2026, 12, 4, 0, 1, tzinfo=UTC), datetime(2026, 12, 2, 21, 0, tzinfo=UTC)),  # a first Friday
    ],
)
def test_the_morning_begins_at_four_on_a_day_on_which_people_may_climb(
    now: datetime, begins: datetime
) -> None:
    assert first_light(now) == begins
