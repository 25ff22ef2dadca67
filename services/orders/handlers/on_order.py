"""Apply a step to the order that a message names: read, decide again on conflict, refuse, save."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from contracts.message import Message
from contracts.values import OrderStatus
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.order import Order
from services.orders.ports import Context
from services.runtime.change import Change, cause_of
from services.runtime.errors import NotYet, Rejected
from services.runtime.route import Handler

Step = Callable[[Order, Message[Any], datetime], Change[Order] | None]
"""Decide what a message means for an order; None when it changes nothing, as the second time."""


def on_order(context: Context, step: Step) -> Handler:
    """A handler that applies `step`."""

    async def handle(message: Message[Any]) -> None:
        await apply(context, step, message)

    return handle


async def apply(context: Context, step: Step, message: Message[Any]) -> None:
    """Apply the step once per message.

    Raises `NotYet` for an unknown order and a step that may become legal, `Rejected` for one that never does,
    `DatabaseAway`; and what the step itself raises.
    """
    order_id: str = message.data.order_id

    def decide(present: Order | None) -> Change[Order] | None:
        order = known(present, order_id)
        with refusing(order_id):
            return step(order, message, context.clock.now())

    await context.orders.change(order_id, cause_of(message), decide)


def known(order: Order | None, order_id: str) -> Order:
    """The order, once it is announced. Raises `NotYet` (`unknown_order`): it may still arrive."""
    if order is None or order.status is OrderStatus.AWAITING_FUNDS:
        raise NotYet("unknown_order", order_id=order_id)
    return order


@contextmanager
def refusing(order_id: str | None = None) -> Iterator[None]:
    """Turn the domain's refusals into `Rejected`, one that may become legal into `NotYet`."""
    try:
        yield
    except TooEarly as early:
        raise NotYet(early.code, order_id=order_id) from None
    except StepRefused as refused:
        raise Rejected(refused.code, order_id=order_id) from None
