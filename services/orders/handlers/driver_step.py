"""`driver.arrived.v1`, `driver.picked_up.v1`, `driver.delivered.v1`: the driver's three steps of a trip."""

from __future__ import annotations

from collections.abc import Callable

from contracts.events.orders import OrderCompleted, OrderDriverArrived, OrderPickedUp
from contracts.message import Message
from contracts.requests.drivers import DriverArrived
from contracts.values import Value
from services.orders.domain.driving import drive
from services.orders.domain.order import Order
from services.orders.domain.transitions import Step
from services.orders.handlers import announce
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Desk
from services.runtime.aggregates import Change, Entry, cause_of

Announce = Callable[[Order], Value]


def _arrived(order: Order) -> Value:
    return announce.of(OrderDriverArrived, order)


def _picked_up(order: Order) -> Value:
    return announce.of(OrderPickedUp, order)


def _completed(order: Order) -> Value:
    return announce.of(
        OrderCompleted,
        order,
        fare=announce.fare(order),
        distance_m=order.distance_m,
        completed_at=order.since,
    )


STEPS: dict[str, tuple[Step, Announce]] = {
    "driver.arrived.v1": (Step.ARRIVE, _arrived),
    "driver.picked_up.v1": (Step.PICK_UP, _picked_up),
    "driver.delivered.v1": (Step.DELIVER, _completed),
}


class DriverStepHandler:
    """Steps that come out of order lead to the same end."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, message: Message[DriverArrived]) -> None:
        """Make the step that the type names."""
        request = message.data
        step, event_of = STEPS[message.type]

        def decide(present: Order | None) -> Change[Order] | None:
            with refusing(request.order_id):
                order = drive(known(present, request.order_id), step, request.driver_id, self._desk.clock.now())
            if order is None:
                return None
            return Change(order, (event_of(order),), Entry(order.status, f"driver:{request.driver_id}"))

        await self._desk.orders.change(request.order_id, cause_of(message), decide)
