"""Proofs at both ends, and the recipient's one-time code."""

from __future__ import annotations

import pytest

from contracts.values import CustodyStep, OrderStatus
from services.orders.domain.custody.proof import Shown, WrongCode, new_code
from services.orders.domain.custody.terms import IssuedCode
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.order import Order
from services.orders.domain.transitions import Action
from services.orders.domain.trip.driving import drive
from tests.support.envelopes import AT_THE_DOOR, a_document, picked_up
from tests.support.orders import NOW

WRONG = Shown(envelope="ENV-0042", code_right=False)


def after_tries(order: Order, number: int) -> Order:
    """The order after so many wrong codes."""
    for _ in range(number):
        with pytest.raises(WrongCode) as wrong:
            drive(order, Action.DELIVER, "d-7", NOW, WRONG)
        order = wrong.value.order
    return order


def test_the_recipient_gets_a_code_when_there_is_a_courier_and_keeps_it_with_the_next_one() -> None:
    assert a_document().code == IssuedCode(serial=1)
    again = a_document(code=IssuedCode(serial=3, wrong=2))
    assert again.code == IssuedCode(serial=3, wrong=2)


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (Shown(), "proof_missing"),
        (Shown(envelope="ENV-0043"), "wrong_envelope"),
        (Shown(photo=True), "proof_missing"),
    ],
)
def test_a_pick_up_without_the_right_envelope_is_refused(shown: Shown, code: str) -> None:
    with pytest.raises(StepRefused, match=code):
        drive(a_document(), Action.PICK_UP, "d-7", NOW, shown)


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (Shown(envelope="ENV-0042"), "proof_missing"),
        (Shown(code_right=True), "proof_missing"),
        (Shown(envelope="ENV-0043", code_right=True), "wrong_envelope"),
    ],
)
def test_a_delivery_without_both_proofs_is_refused(shown: Shown, code: str) -> None:
    with pytest.raises(StepRefused, match=code):
        drive(picked_up(), Action.DELIVER, "d-7", NOW, shown)


def test_a_delivery_does_not_imply_a_pick_up_that_needs_a_proof() -> None:
    with pytest.raises(TooEarly, match="illegal_step"):
        drive(a_document(), Action.DELIVER, "d-7", NOW, AT_THE_DOOR)


def test_a_delivery_with_envelope_and_code_closes_the_chain_of_custody() -> None:
    done = drive(picked_up(), Action.DELIVER, "d-7", NOW, AT_THE_DOOR)

    assert done is not None
    assert done.status is OrderStatus.COMPLETED
    assert [(line.step, line.by.id, line.envelope) for line in done.custody] == [
        (CustodyStep.PICKED_UP, "d-7", "ENV-0042"),
        (CustodyStep.DELIVERED, "d-7", "ENV-0042"),
    ]


def test_five_wrong_codes_lock_the_delivery_and_a_new_code_unlocks_it() -> None:
    locked = after_tries(picked_up(), 5)

    with pytest.raises(StepRefused, match="code_locked") as refused:
        drive(locked, Action.DELIVER, "d-7", NOW, AT_THE_DOOR)
    assert not isinstance(refused.value, WrongCode)
    done = drive(new_code(locked), Action.DELIVER, "d-7", NOW, AT_THE_DOOR)
    assert done is not None
    assert done.status is OrderStatus.COMPLETED


def test_each_new_code_has_the_next_serial_and_their_number_is_limited() -> None:
    second = new_code(after_tries(picked_up(), 2))
    assert second.code == IssuedCode(serial=2, wrong=0)

    last = new_code(new_code(second))
    with pytest.raises(StepRefused, match="code_limit"):
        new_code(last)
