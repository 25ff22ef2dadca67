"""Whether a courier has shown what the service asks for, and what is remembered of it."""

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
    """What came with a step. `code_right`: None where no code was given; the digits stay outside."""

    envelope: str | None = None
    photo: bool = False
    note: bool = False
    code_right: bool | None = None


NOTHING_SHOWN = Shown()


class WrongCode(StepRefused):
    """The code is another one; `order` has counted the try, and has to be kept."""

    def __init__(self, order: Order) -> None:
        super().__init__("wrong_code")
        self.order = order


def proof_rules(order: Order) -> ProofRules:
    """What either end of this order needs."""
    return order.policy.proof if order.policy else NO_PROOF_NEEDED


def needs_code(order: Order) -> bool:
    """Whether the recipient has to prove who he is."""
    return ProofKind.CODE in proof_rules(order).dropoff


def require_proof(order: Order, kinds: tuple[ProofKind, ...], shown: Shown) -> None:
    """Raises `StepRefused` (`proof_missing`, `wrong_envelope`, `code_locked`), `WrongCode` after a wrong try."""
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
    """Raises `StepRefused("wrong_envelope")` for the number of another order."""
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
    """The order with a code for its recipient where the door asks for one and none is out yet."""
    return (
        replace(order, code=IssuedCode(FIRST_SERIAL)) if needs_code(order) and order.code is None else order
    )


def new_code(order: Order) -> Order:
    """The next code, with all tries again. Raises `StepRefused` (`code_limit`, `order_ended`, `illegal_step`), `TooEarly`."""
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
    """The order with one more line of who had the goods; unchanged where the service keeps no such chain."""
    if not keeps_custody(order):
        return order
    return replace(order, custody=(*order.custody, Custody(now, step, by, envelope)))


def keeps_custody(order: Order) -> bool:
    """Whether goods are handed over that somebody has to account for."""
    rules = proof_rules(order)
    return bool(rules.pickup or rules.dropoff) or (
        order.policy is not None and order.policy.attempts is not None
    )


def driver_actor(driver_id: str) -> Actor:
    """The courier as a party of the chain."""
    return Actor(role=Role.DRIVER, id=driver_id)
