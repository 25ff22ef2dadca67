"""`emergency.resolved.v1`: somebody of the company has looked after it."""

from __future__ import annotations

from contracts.events.emergencies import EmergencyClosed
from contracts.message import Message
from contracts.requests.orders import EmergencyResolved
from services.orders.domain.emergency import Emergency, resolved
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of
from services.runtime.errors import NotYet


class EmergencyResolvedHandler:
    """The second time changes nothing."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[EmergencyResolved]) -> None:
        """Close it."""
        said, now = message.data, self._context.clock.now()

        def decide(known: Emergency | None) -> Change[Emergency] | None:
            if known is None:
                raise NotYet("unknown_emergency")
            closed = resolved(known, said.by, now)
            if closed is None:
                return None
            event = EmergencyClosed(
                emergency_id=known.emergency_id, order_id=known.order_id, driver_id=known.driver_id
            )
            return Change(closed, (event,), Entry("closed", f"{said.by.role}:{said.by.id}"))

        await self._context.emergencies.change(said.emergency_id, cause_of(message), decide)
