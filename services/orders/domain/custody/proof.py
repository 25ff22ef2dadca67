"""Proofs that the courier shows, the recipient's one-time code, and the chain of custody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.values import Actor, CustodyStep, OrderStatus, ProofKind, Role
from services.orders.domain.custody.terms import NO_PROOF_NEEDED, Custody, IssuedCode, ProofRules
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.order import Order

ENVELOPE = "envelope"
"""The key of `details` that holds the number on the sealed envelope."""
FIRST_SERIAL = 1


@dataclass(frozen=True, slots=True)
class Shown:
    """The proofs that came with a step, without the digits of a code. `code_right`: None without a code."""

    envelope: str | None = None
    photo: bool = False
    note: bool = False
    code_right: bool | None = None


NOTHING_SHOWN = Shown()


class WrongCode(StepRefused):
    """Wrong code. `order` has counted the try and has to be saved."""

    def __init__(self, order: Order) -> None:
        super().__init__("wrong_code")
        self.order = order


def proof_rules(order: Order) -> ProofRules:
    """The proofs that this order needs."""
    return order.policy.proof if order.policy else NO_PROOF_NEEDED


def needs_code(order: Order) -> bool:
    """Whether the recipient proves with a one-time code who they are."""
    return ProofKind.CODE in proof_rules(order).dropoff


def require_proof(order: Order, kinds: tuple[ProofKind, ...], shown: Shown) -> None:
    """Check that the courier has shown these proofs.

    Raises `StepRefused` (`proof_missing`, `wrong_envelope`, `wrong_code`, `code_locked`), `WrongCode` for a
    try that has to be counted.
    """
    given = {
        ProofKind.ENVELOPE: shown.envelope is not None,
        ProofKind.PHOTO: shown.photo,
        ProofKind.NOTE: shown.note,
        ProofKind.CODE: shown.code_right is not None,
    }
    if not all(given.get(kind, False) for kind in kinds):
        raise StepRefused("proof_missing")
    if ProofKind.ENVELOPE in kinds:
        require_envelope(order, shown.envelope)
    if ProofKind.CODE in kinds:
        _require_code(order, right=shown.code_right is True)


def require_envelope(order: Order, envelope: str | None) -> None:
    """Check the number on the envelope. Raises `StepRefused` (`wrong_envelope`)."""
    if envelope != order.details.get(ENVELOPE):
        raise StepRefused("wrong_envelope")


def _require_code(order: Order, *, right: bool) -> None:
    code = order.code
    if code is None:
        raise StepRefused("wrong_code")
    if code.wrong >= proof_rules(order).most_tries:
        raise StepRefused("code_locked")
    if not right:
        raise WrongCode(replace(order, code=replace(code, wrong=code.wrong + 1)))


def with_first_code(order: Order) -> Order:
    """The order with a code for its recipient, where the drop-off asks for one and none was issued yet."""
    return (
        replace(order, code=IssuedCode(FIRST_SERIAL)) if needs_code(order) and order.code is None else order
    )


def new_code(order: Order) -> Order:
    """The order with its next code, for which all tries are left.

    Raises `StepRefused` (`code_limit`, `order_ended`, `illegal_step`), `TooEarly` before the first code was
    issued.
    """
    if order.ended:
        raise StepRefused("order_ended")
    if not needs_code(order) or order.status is OrderStatus.RETURNING:
        raise StepRefused("illegal_step")
    if order.code is None:
        raise TooEarly("illegal_step")
    if order.code.serial >= proof_rules(order).most_codes:
        raise StepRefused("code_limit")
    return replace(order, code=IssuedCode(order.code.serial + 1))


def with_custody(
    order: Order, step: CustodyStep, by: Actor, now: datetime, envelope: str | None = None
) -> Order:
    """The order with one more line in its chain of custody; unchanged where the service keeps none."""
    if not keeps_custody(order):
        return order
    return replace(order, custody=(*order.custody, Custody(now, step, by, envelope)))


def keeps_custody(order: Order) -> bool:
    """Whether the service keeps a chain of custody: it has proofs, or attempts."""
    rules = proof_rules(order)
    return bool(rules.pickup or rules.dropoff) or (
        order.policy is not None and order.policy.attempts is not None
    )


def driver_actor(driver_id: str) -> Actor:
    """The courier as an actor in the chain of custody."""
    return Actor(role=Role.DRIVER, id=driver_id)
