"""`driver.arrived.v1`, `driver.picked_up.v1`, `driver.delivered.v1`: the driver's three steps of a trip."""

from __future__ import annotations

from collections.abc import Callable

from contracts.events.orders import OrderCompleted, OrderDriverArrived, OrderLegCompleted, OrderPickedUp
from contracts.message import Message
from contracts.requests.drivers import DriverArrived
from contracts.values import Leg, OrderStatus, Value
from services.orders.domain.custody.proof import CodeWrong
from services.orders.domain.order import Order
from services.orders.domain.transitions import Action
from services.orders.domain.trip.driving import drive
from services.orders.handlers import announce
from services.orders.handlers.proofs import shown, wrong_try
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of

Announce = Callable[[Order], tuple[Value, ...]]


def _arrived(order: Order) -> tuple[Value, ...]:
    return (announce.of(OrderDriverArrived, order),)


def _picked_up(order: Order) -> tuple[Value, ...]:
    return (announce.of(OrderPickedUp, order, leg=order.leg),)


def _delivered(order: Order) -> tuple[Value, ...]:
    if order.status is OrderStatus.AWAITING_RETURN:
        return (announce.of(OrderLegCompleted, order, leg=Leg.OUT),)
    fare, metres = announce.fare(order), order.distance_m
    done = announce.of(OrderCompleted, order, fare=fare, distance_m=metres, completed_at=order.since)
    return (done, *announce.receipt(order))


STEPS: dict[str, tuple[Action, Announce]] = {
    "driver.arrived.v1": (Action.ARRIVE, _arrived),
    "driver.picked_up.v1": (Action.PICK_UP, _picked_up),
    "driver.delivered.v1": (Action.DELIVER, _delivered),
}


class DriverStepHandler:
    """Steps that come out of order lead to the same end; one without its proof leads nowhere."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[DriverArrived]) -> None:
        """Make the step that the type names."""
        await self._context.orders.change(
            message.data.order_id, cause_of(message), lambda present: self._decide(message, present)
        )

    def _decide(self, message: Message[DriverArrived], present: Order | None) -> Change[Order] | None:
        request, now = message.data, self._context.clock.now()
        step, events_of = STEPS[message.type]
        before = known(present, request.order_id)
        proof = shown(before, request.proof, self._context.codes)
        try:
            with refusing(request.order_id):
                order = drive(before, step, request.driver_id, now, proof, request.leg)
        except CodeWrong as wrong:
            return wrong_try(wrong, message)
        if order is None:
            return None
        return Change(order, events_of(order), Entry(order.status, f"driver:{request.driver_id}"))
