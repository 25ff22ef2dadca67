"""`emergency.raised.v1` and `emergency.closed.v1`: nothing is asked of a driver in need until somebody has looked after it.

Nor of one whose passenger called for help: whatever happened, somebody looks at it before the next one sits behind him.
"""

from __future__ import annotations

from contracts.events.emergencies import EmergencyClosed, EmergencyRaised
from contracts.message import Message
from contracts.values import Role
from services.matching.domain.drivers import driver as facts
from services.matching.domain.drivers.driver import Driver
from services.matching.ports import Context
from services.matching.saving.changes import change_driver
from services.matching.saving.withdrawing import withdraw_offers
from services.runtime.change import cause_of

BY, REASON = "orders", "emergency"


class EmergencyRaisedHandler:
    """A trip under way stays his."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[EmergencyRaised]) -> None:
        """Stop asking him, and take back what he was asked."""
        said, cause = message.data, cause_of(message)
        if said.driver_id is None:
            return
        on_order = None if said.raised_by is Role.DRIVER else said.order_id

        def decide(driver: Driver | None) -> Driver | None:
            return facts.emergency_raised(driver, said.emergency_id, on_order) if driver else None

        await change_driver(self._context, said.driver_id, cause, decide, by=BY, reason=REASON)
        stored = await self._context.drivers.get(said.driver_id)
        if stored is not None and said.emergency_id in stored.state.emergencies:
            await withdraw_offers(self._context, said.driver_id, cause, self._context.clock.now(), REASON)


class EmergencyClosedHandler:
    """He may be asked again."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[EmergencyClosed]) -> None:
        """Note it."""
        said = message.data
        if said.driver_id is None:
            return

        def decide(driver: Driver | None) -> Driver | None:
            return facts.emergency_closed(driver, said.emergency_id) if driver else None

        await change_driver(self._context, said.driver_id, cause_of(message), decide, by=BY, reason=REASON)
