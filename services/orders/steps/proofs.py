"""From the proof in a request to what the domain judges. The digits of a code go no further than here."""

from __future__ import annotations

from contracts.events.refusals import RequestRejected
from contracts.message import Message
from contracts.reasons import sentence
from contracts.requests.drivers import DriverArrived
from contracts.values import Proof
from services.orders.domain.custody.proof import Shown, WrongCode
from services.orders.domain.order import Order
from services.orders.metrics import WRONG_CODES
from services.orders.ports import Codes
from services.runtime.change import Change, Entry


def shown(order: Order, proof: Proof | None, codes: Codes) -> Shown:
    """What the courier showed, as far as this order asks for it."""
    if proof is None:
        return Shown()
    right: bool | None = None
    if proof.code is not None:
        right = order.code is not None and codes.matches(order.order_id, order.code.serial, proof.code)
    return Shown(proof.envelope, photo=proof.photo is not None, note=proof.note is not None, code_right=right)


def wrong_code(wrong: WrongCode, message: Message[DriverArrived]) -> Change[Order]:
    """Count the try and refuse the request in one write, so that a repeated message is not a second try."""
    order = wrong.order
    refusal = RequestRejected(
        request_id=message.id,
        request_type=message.type,
        reason=wrong.code,
        detail=sentence(wrong.code),
        order_id=order.order_id,
        pointer="/proof/code",
    )
    entry = Entry(order.status, f"driver:{message.data.driver_id}", wrong.code)
    return Change(order, (refusal,), entry, after_write=WRONG_CODES.labels(order.service).inc)
