"""`driver.emergency_raised.v1`: the button. It is never refused, whatever else is wrong with the order or the place."""

from __future__ import annotations

from contracts.events.emergencies import EmergencyBriefed, EmergencyRaised
from contracts.message import Message, derived_id
from contracts.requests.drivers import DriverEmergencyRaised
from contracts.values import Role
from services.orders.domain.emergency import Emergency
from services.orders.ports import Desk
from services.runtime.aggregates import Change, Entry, cause_of


class EmergencyRaisedHandler:
    """Each press is an emergency of its own; the same message twice is one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, message: Message[DriverEmergencyRaised]) -> None:
        """Tell everybody that there is one, and those who help where."""
        said, now = message.data, self._desk.clock.now()
        emergency_id = f"em-{derived_id(message.source, message.id)}"

        def decide(known: Emergency | None) -> Change[Emergency] | None:
            if known is not None:
                return None
            raised = Emergency(emergency_id, Role.DRIVER, now, said.driver_id, said.order_id)
            order, driver = said.order_id, said.driver_id
            events = (
                EmergencyRaised(emergency_id=emergency_id, raised_by=Role.DRIVER, order_id=order, driver_id=driver),
                EmergencyBriefed(emergency_id=emergency_id, order_id=order, driver_id=driver, place=said.place),
            )
            return Change(raised, events, Entry("open", f"driver:{said.driver_id}"))

        await self._desk.emergencies.change(emergency_id, cause_of(message), decide, expect_new=True)
