"""From the domain's refusals to the runtime's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from contracts.values import OrderStatus
from services.orders.domain.custody.proof import CodeWrong
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.order import Order
from services.runtime.errors import NotYet, Rejected


@contextmanager
def refusing(order_id: str) -> Iterator[None]:
    """An illegal step becomes `Rejected`, one that may become legal `NotYet`."""
    try:
        yield
    except CodeWrong:
        raise  # it is counted before it is answered
    except TooEarly as early:
        raise NotYet(early.code, order_id=order_id) from None
    except StepRefused as refused:
        raise Rejected(refused.code, order_id=order_id) from None


@contextmanager
def refusing_fact() -> Iterator[None]:
    """A fact of the future becomes `Rejected`."""
    try:
        yield
    except StepRefused as refused:
        raise Rejected(refused.code) from None


def known(order: Order | None, order_id: str) -> Order:
    """The order; it may still arrive when it is not known yet."""
    if order is None or order.status is OrderStatus.AWAITING_FUNDS:
        raise NotYet("unknown_order", order_id=order_id)
    return order
