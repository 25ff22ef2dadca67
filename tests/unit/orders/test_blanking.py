"""What an order and a merchant lose when a person is erased, and what stays."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.values import (
    Customer,
    CustomerKind,
    Item,
    OrderStatus,
    Payer,
    PayerKind,
    Place,
    Residence,
    Role,
    Vehicle,
    VehicleClass,
)
from services.orders.domain.blanking import NO_PLATE, NOWHERE, blanked
from services.orders.domain.kitchen.merchant import Merchant, closed, erased, opened, registered
from services.orders.domain.order import Assignment, Order
from services.orders.domain.payment.budget import Beneficiary, attested, without_attestation

AT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
HOME = Place(lat=-8.2192, lng=114.3691, label="Jl. Veteran 7", note="blue gate")
KITCHEN = Place(lat=-8.2106, lng=114.3745, label="Warung Bu Sri", merchant_id="m-1")
RESIDENCE = Residence(by="dispendukcapil", district_code="35.10.16", valid_until=date(2027, 1, 1))
VEHICLE = Vehicle(vehicle_class=VehicleClass.MOTORCYCLE, plate="P 4321 XY")
ORDER = Order(
    order_id="o-1",
    service="food",
    service_name={"id": "Makanan"},
    status=OrderStatus.COMPLETED,
    since=AT,
    requested_at=AT,
    digest="abc",
    customer=Customer(id="c-1", kind=CustomerKind.TOURIST),
    recipient_id="r-1",
    pickup=KITCHEN,
    dropoff=HOME,
    payer=Payer(kind=PayerKind.CUSTOMER, id="c-1"),
    details={"envelope": "e-1"},
    merchant_id="m-1",
    items=(Item(sku="s-1", name="Rujak soto", quantity=1, unit_price=15_000),),
    assignment=Assignment("d-1", "o-1-1", 1, VEHICLE, RESIDENCE, 60, AT),
)
WARUNG = Merchant(
    "m-1",
    "Warung Bu Sri",
    KITCHEN,
    residence=RESIDENCE,
    is_open=True,
    facts={"registration": AT, "residence": AT, "hours": AT},
)
LATER = AT + timedelta(days=1)


@pytest.mark.parametrize(("role", "who"), [(Role.CUSTOMER, "c-1"), (Role.RECIPIENT, "r-1")])
def test_the_persons_own_places_are_removed_and_the_merchants_place_stays(role: Role, who: str) -> None:
    left = blanked(ORDER, role, who)

    assert (left.pickup, left.dropoff, left.details, left.items, left.digest) == (
        KITCHEN,
        NOWHERE,
        {},
        (),
        "",
    )


def test_a_customers_note_to_the_kitchen_is_removed_with_the_customer() -> None:
    told = KITCHEN.model_copy(update={"note": "For Emma in room 4, no peanuts: allergy"})

    left = blanked(replace(ORDER, pickup=told), Role.CUSTOMER, "c-1")

    assert left.pickup == KITCHEN


def test_a_customers_pick_up_is_removed_where_it_is_not_a_merchants_place() -> None:
    left = blanked(replace(ORDER, pickup=HOME, merchant_id=None), Role.CUSTOMER, "c-1")

    assert (left.pickup, left.dropoff) == (NOWHERE, NOWHERE)


def test_the_merchants_place_is_removed_with_the_merchant_and_the_drop_off_stays() -> None:
    left = blanked(ORDER, Role.MERCHANT, "m-1")

    assert (left.pickup, left.dropoff, left.items) == (NOWHERE, HOME, ORDER.items)


def test_a_drivers_plate_is_removed_and_the_attestation_of_residence_stays() -> None:
    left = blanked(ORDER, Role.DRIVER, "d-1")

    assert left == replace(
        ORDER,
        assignment=Assignment(
            "d-1", "o-1-1", 1, VEHICLE.model_copy(update={"plate": NO_PLATE}), RESIDENCE, 60, AT
        ),
    )


@pytest.mark.parametrize(
    ("role", "who"),
    [(Role.CUSTOMER, "c-1"), (Role.RECIPIENT, "r-1"), (Role.DRIVER, "d-1"), (Role.MERCHANT, "m-1")],
)
def test_blanking_a_second_time_changes_nothing(role: Role, who: str) -> None:
    once = blanked(ORDER, role, who)

    assert blanked(once, role, who) == once


@pytest.mark.parametrize(
    "order", list(itertools.permutations([Role.CUSTOMER, Role.RECIPIENT, Role.DRIVER, Role.MERCHANT]))
)
def test_the_order_of_several_erasures_does_not_matter(order: tuple[Role, ...]) -> None:
    ids = {Role.CUSTOMER: "c-1", Role.RECIPIENT: "r-1", Role.DRIVER: "d-1", Role.MERCHANT: "m-1"}
    left = ORDER
    for role in order:
        left = blanked(left, role, ids[role])

    assert (left.pickup, left.dropoff, left.items, left.fare) == (NOWHERE, NOWHERE, (), ORDER.fare)


def test_an_erased_merchant_is_closed_and_has_neither_name_nor_place() -> None:
    left = erased(WARUNG, "m-1", LATER)

    assert left is not None
    assert (left.name, left.place, left.residence, left.is_open) == ("-", NOWHERE, None, False)
    assert erased(left, "m-1", LATER) is None


def test_a_merchant_who_registered_again_keeps_the_newer_facts() -> None:
    again = registered(WARUNG, "m-1", "Warung Bu Sri", HOME, LATER + timedelta(hours=1))
    assert again is not None

    left = erased(again, "m-1", LATER)

    assert left is not None
    assert (left.name, left.place, left.residence, left.is_open) == ("Warung Bu Sri", HOME, None, False)


def test_an_older_registration_does_not_bring_back_a_merchant_unknown_at_the_erasure() -> None:
    left = erased(None, "m-1", LATER)
    assert left is not None

    assert registered(left, "m-1", "Warung Bu Sri", HOME, AT) is None
    assert opened(left, AT) is None
    assert closed(left, AT) is None


def test_an_older_attestation_does_not_bring_back_an_erased_beneficiary() -> None:
    said = Beneficiary("gancang-aron", "c-1", "dinkes", date(2027, 1, 1), AT)

    left = without_attestation(said, LATER)

    assert left is not None
    assert (left.by, left.valid_until) == ("-", date(1970, 1, 1))
    assert attested(left, said) is None
    assert without_attestation(left, LATER) is None
    assert without_attestation(said, AT - timedelta(hours=1)) is None


@pytest.mark.parametrize(
    ("role", "who"),
    [
        (Role.CUSTOMER, "c-2"),
        (Role.RECIPIENT, "c-1"),
        (Role.DRIVER, "c-1"),
        (Role.MERCHANT, "c-1"),
        (Role.AGENCY, "c-1"),
    ],
)
def test_an_order_of_another_person_stays_as_it_is(role: Role, who: str) -> None:
    assert blanked(ORDER, role, who) is ORDER
