"""`order.change_answered.v1`: yes or no to a proposed change."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.orders import OrderChangeAnswered
from services.orders.domain.changes.changing import answer
from services.orders.domain.order import Order
from services.orders.handlers.changes import answered
from services.orders.handlers.refusing import known, refusing
from services.orders.ports import Context
from services.runtime.change import Change, cause_of


class OrderChangeAnsweredHandler:
    """No to what the kitchen cannot do without ends the order, and nobody pays for it."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[OrderChangeAnswered]) -> None:
        """Change it, leave it, or end it."""
        said = message.data

        def decide(present: Order | None) -> Change[Order] | None:
            before = known(present, said.order_id)
            with refusing(said.order_id):
                order = answer(
                    before, said.by, said.proposal_id, self._context.clock.now(), accepted=said.accepted
                )
            return answered(order, before, f"{said.by.role}:{said.by.id}", accepted=said.accepted)

        await self._context.orders.change(said.order_id, cause_of(message), decide)
