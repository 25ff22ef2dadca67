"""`driver.delivery_failed.v1`: the courier could not hand over; he tries again, or takes it back."""

from __future__ import annotations

from contracts.events.orders import OrderAttemptFailed, OrderReturning
from contracts.message import Message
from contracts.requests.drivers import DriverDeliveryFailed
from contracts.values import OrderStatus, Value
from services.orders.domain.custody.returning import attempt_failed
from services.orders.domain.order import Order
from services.orders.handlers import announce
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of


class DriverDeliveryFailedHandler:
    """He keeps the goods, and stays bound to the order."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[DriverDeliveryFailed]) -> None:
        """Count the attempt."""
        request = message.data

        def decide(present: Order | None) -> Change[Order] | None:
            before = known(present, request.order_id)
            with refusing(request.order_id):
                order = attempt_failed(before, request.driver_id, request.reason, self._context.clock.now())
            if order is None:
                return None
            return Change(
                order,
                _events(order),
                Entry(order.status, f"driver:{request.driver_id}", order.delivery.reason),
            )

        await self._context.orders.change(request.order_id, cause_of(message), decide)


def _events(order: Order) -> tuple[Value, ...]:
    delivery = order.delivery
    failed = announce.of(
        OrderAttemptFailed,
        order,
        delivery_attempt=delivery.failed,
        reason=delivery.reason,
        next_at=delivery.next_at,
    )
    if order.status is not OrderStatus.RETURNING:
        return (failed,)
    return failed, announce.of(OrderReturning, order, reason=delivery.reason, return_by=delivery.return_by)
