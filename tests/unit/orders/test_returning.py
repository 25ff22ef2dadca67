"""Failed attempts, the way back by a deadline, and who confirms it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import bson
import pytest

from contracts.values import Actor, OrderStatus, ProofKind, Role
from services.orders.adapters.mongo import ORDER
from services.orders.domain.custody.returning import (
    attempt_failed,
    brought_back,
    flag_overdue_return,
    return_confirmed,
)
from services.orders.domain.custody.terms import BackTo
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.order import Order
from services.orders.domain.timers import timers
from services.orders.domain.transitions import Action
from services.orders.domain.trip.driving import drive
from tests.support.envelopes import AT_THE_DOOR, LATER, SEALED, picked_up, returning
from tests.support.orders import NOW


def test_a_failed_attempt_keeps_the_envelope_with_the_courier_until_the_next() -> None:
    once = attempt_failed(picked_up(), "d-7", "recipient_absent", NOW)

    assert once is not None
    assert (once.status, once.driver_id) == (OrderStatus.PICKED_UP, "d-7")
    assert once.delivery.next_at == NOW + timedelta(minutes=240)
    with pytest.raises(StepRefused, match="attempt_too_early"):
        attempt_failed(once, "d-7", "recipient_absent", NOW + timedelta(minutes=239))


def test_after_the_last_attempt_it_goes_back_by_a_deadline() -> None:
    back = returning()

    assert (back.status, back.driver_id, back.ended) == (OrderStatus.RETURNING, "d-7", False)
    assert timers(back) == {"return_overdue": LATER + timedelta(hours=24)}
    assert attempt_failed(back, "d-7", "recipient_absent", LATER) is None


def test_an_unknown_reason_becomes_the_general_one() -> None:
    once = attempt_failed(picked_up(), "d-7", "Mrs Sri of house 12 was rude", NOW)

    assert once is not None
    assert once.delivery.reason == "delivery_failed"


def test_a_return_to_the_agency_ends_when_the_agency_confirms_it() -> None:
    there = brought_back(returning(), "d-7", SEALED, LATER)
    assert there is not None
    assert there.status is OrderStatus.RETURNING
    assert brought_back(there, "d-7", SEALED, LATER) is None

    done = return_confirmed(there, "dispendukcapil", "ENV-0042", LATER)

    assert done is not None
    assert (done.status, done.ending.reason if done.ending else None) == (
        OrderStatus.RETURNED,
        "recipient_absent",
    )
    assert [line.step.value for line in done.custody] == [
        "picked_up",
        "attempt_failed",
        "attempt_failed",
        "brought_back",
        "return_confirmed",
    ]
    assert return_confirmed(done, "dispendukcapil", "ENV-0042", LATER) is None


def test_the_payer_owes_the_fare_once_for_returned_goods() -> None:
    order = returning()
    assert order.fare is not None

    done = return_confirmed(order, "dispendukcapil", "ENV-0042", LATER)

    assert (order.owed, done.owed if done else None) == (0, order.fare.total)


@pytest.mark.parametrize(
    ("agency", "envelope", "code"),
    [("dinkes", "ENV-0042", "wrong_actor"), ("dispendukcapil", "ENV-0043", "wrong_envelope")],
)
def test_another_agency_or_envelope_cannot_confirm_the_return(agency: str, envelope: str, code: str) -> None:
    with pytest.raises(StepRefused, match=code):
        return_confirmed(returning(), agency, envelope, LATER)


def test_a_confirmation_before_the_way_back_is_too_early() -> None:
    with pytest.raises(TooEarly):
        return_confirmed(picked_up(), "dispendukcapil", "ENV-0042", NOW)


@pytest.mark.parametrize("order", [picked_up(), returning()], ids=["under_way", "returning"])
def test_another_courier_is_refused_every_step(order: Order) -> None:
    for step in (Action.ARRIVE, Action.PICK_UP, Action.DELIVER):
        with pytest.raises(StepRefused, match="wrong_driver"):
            drive(order, step, "d-8", NOW, AT_THE_DOOR)
    with pytest.raises(StepRefused, match="wrong_driver"):
        attempt_failed(order, "d-8", "recipient_absent", LATER)
    with pytest.raises(StepRefused, match="wrong_driver"):
        brought_back(order, "d-8", SEALED, LATER)


def test_an_overdue_return_is_noted_once_and_not_before_its_time() -> None:
    back, due = returning(), LATER + timedelta(hours=24)

    assert flag_overdue_return(back, due - timedelta(seconds=1)) is None
    noted = flag_overdue_return(back, due + timedelta(days=2))
    assert noted is not None
    assert (noted.status, timers(noted)) == (OrderStatus.RETURNING, {})
    assert flag_overdue_return(noted, due + timedelta(days=3)) is None


def test_a_return_to_the_sender_ends_with_the_couriers_report() -> None:
    order = returning()
    assert order.policy is not None
    assert order.policy.attempts is not None
    parcel = replace(
        order, policy=replace(order.policy, attempts=replace(order.policy.attempts, back_to=BackTo.SENDER))
    )

    done = brought_back(parcel, "d-7", SEALED, LATER)

    assert done is not None
    assert (done.status, done.ending.by if done.ending else None) == (
        OrderStatus.RETURNED,
        Actor(role=Role.DRIVER, id="d-7"),
    )


def test_an_order_with_its_chain_comes_back_from_the_database_as_it_was() -> None:
    order = returning()

    stored: dict[str, Any] = bson.decode(bson.encode(ORDER.encode(order)), bson.CodecOptions(tz_aware=True))

    assert ORDER.decode(stored) == order
    assert order.policy is not None
    assert order.policy.proof.dropoff == (ProofKind.ENVELOPE, ProofKind.CODE)
