"""`match.made.v1`: matching proposes a driver; the order takes him or refuses."""

from __future__ import annotations

from contracts.events.matching import MatchMade
from contracts.events.orders import OrderMatchRefused
from contracts.message import Message
from services.orders.domain.errors import MatchRefused
from services.orders.domain.order import Assignment, Order
from services.orders.domain.search.assigning import assign
from services.orders.handlers import announce
from services.orders.handlers.refusing import known
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of


class MatchMadeHandler:
    """Never both: an order that ended or moved on answers `order.match_refused.v1`, and matching frees the driver."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[MatchMade]) -> None:
        """Assign or refuse."""
        match = message.data
        refused_by: list[Order] = []

        def decide(present: Order | None) -> Change[Order] | None:
            order = known(present, match.order_id)
            refused_by[:] = [order]
            assigned = assign(order, self._proposed(match), self._context.clock.now())
            if assigned is None:
                return None
            events = announce.assigned(assigned) + (
                announce.code_issued(assigned) if order.code is None else ()
            )
            return Change(assigned, events, Entry(assigned.status, f"driver:{match.driver_id}"))

        try:
            await self._context.orders.change(match.order_id, cause_of(message), decide)
        except MatchRefused as refusal:
            await self._refuse(message, refused_by[0], refusal.reason)

    async def _refuse(self, message: Message[MatchMade], order: Order, reason: str) -> None:
        match = message.data
        answer = announce.of(
            OrderMatchRefused,
            order,
            driver_id=match.driver_id,
            offer_id=match.offer_id,
            attempt=match.attempt,
            reason=reason,
        )
        await self._context.replies.publish(answer, cause_of(message))

    def _proposed(self, match: MatchMade) -> Assignment:
        return Assignment(
            driver_id=match.driver_id,
            offer_id=match.offer_id,
            attempt=match.attempt,
            vehicle=match.vehicle,
            residence=match.residence,
            eta_s=match.eta_s,
            at=self._context.clock.now(),
        )
