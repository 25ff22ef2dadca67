"""`driver.emergency_raised.v1`, `order.emergency_raised.v1`: the button. Never refused, whatever has become of the order."""

from __future__ import annotations

from contracts.events.emergencies import EmergencyBriefed, EmergencyRaised
from contracts.message import Message, derived_id
from contracts.requests.drivers import DriverEmergencyRaised
from contracts.requests.orders import OrderEmergencyRaised
from contracts.values import Actor, Role
from services.orders.domain.cancelling import require_party
from services.orders.domain.emergency import Emergency
from services.orders.domain.errors import StepRefused
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of


class EmergencyRaisedHandler:
    """Each press is an emergency of its own; the same message twice is one."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[DriverEmergencyRaised] | Message[OrderEmergencyRaised]) -> None:
        """Tell everybody that there is one, and those who help where."""
        said, now = message.data, self._context.clock.now()
        emergency_id = f"em-{derived_id(message.source, message.id)}"
        by, driver_id = await self._who(said)

        def decide(known: Emergency | None) -> Change[Emergency] | None:
            if known is not None:
                return None
            raised = Emergency(emergency_id, by.role, now, driver_id, said.order_id, by.id)
            briefed = EmergencyBriefed(
                emergency_id=emergency_id, order_id=said.order_id, driver_id=driver_id, place=said.place
            )
            told = briefed.model_dump(exclude={"place"})
            events = (EmergencyRaised(**told, raised_by=by.role, raised_by_id=by.id), briefed)
            return Change(raised, events, Entry("open", f"{by.role}:{by.id}"))

        await self._context.emergencies.change(emergency_id, cause_of(message), decide, expect_new=True)

    async def _who(self, said: DriverEmergencyRaised | OrderEmergencyRaised) -> tuple[Actor, str | None]:
        """Who pressed, and the driver whom it concerns: himself, or who has the order, if there is such an order."""
        if isinstance(said, DriverEmergencyRaised):
            return Actor(role=Role.DRIVER, id=said.driver_id), said.driver_id
        stored = await self._context.orders.get(said.order_id)
        if stored is None:
            return said.by, None
        try:
            require_party(stored.state, said.by)
        except StepRefused:  # heard all the same, but a stranger keeps no driver from his work
            return said.by, None
        return said.by, stored.state.driver_id
