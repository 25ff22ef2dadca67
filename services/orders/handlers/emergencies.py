"""The emergency button. It is never refused, in any state of the order."""

from __future__ import annotations

from contracts.events.emergencies import EmergencyBriefed, EmergencyClosed, EmergencyRaised
from contracts.message import Message, derived_id
from contracts.requests.drivers import DriverEmergencyRaised
from contracts.requests.orders import EmergencyResolved, OrderEmergencyRaised
from contracts.values import Actor, Role
from services.orders.domain.emergency import Emergency, resolved
from services.orders.domain.errors import StepRefused
from services.orders.domain.parties import require_party
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of
from services.runtime.errors import NotYet

Raised = DriverEmergencyRaised | OrderEmergencyRaised


async def emergency_raised(context: Context, message: Message[Raised]) -> None:
    """Announce the emergency to all, and its place to those who help.

    Each press is an emergency of its own; the same message twice is one.
    """
    said, now = message.data, context.clock.now()
    emergency_id = f"em-{derived_id(message.source, message.id)}"
    by, driver_id = await _caller(context, said)

    def decide(known: Emergency | None) -> Change[Emergency] | None:
        if known is not None:
            return None
        raised = Emergency(emergency_id, by.role, now, driver_id, said.order_id, by.id)
        briefed = EmergencyBriefed(
            emergency_id=emergency_id, order_id=said.order_id, driver_id=driver_id, place=said.place
        )
        public = briefed.model_dump(exclude={"place"})
        events = (EmergencyRaised(**public, raised_by=by.role, raised_by_id=by.id), briefed)
        return Change(raised, events, Entry("open", f"{by.role}:{by.id}"))

    await context.emergencies.change(emergency_id, cause_of(message), decide, expect_new=True)


async def emergency_resolved(context: Context, message: Message[EmergencyResolved]) -> None:
    """Close the emergency; the second time changes nothing. Raises `NotYet` for an unknown one."""
    said, now = message.data, context.clock.now()

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

    await context.emergencies.change(said.emergency_id, cause_of(message), decide)


async def _caller(context: Context, said: Raised) -> tuple[Actor, str | None]:
    """The person who pressed, and the driver of their order: the caller, or the order's driver."""
    if isinstance(said, DriverEmergencyRaised):
        return Actor(role=Role.DRIVER, id=said.driver_id), said.driver_id
    stored = await context.orders.get(said.order_id)
    if stored is None:
        return said.by, None
    try:
        require_party(stored.state, said.by)
    except StepRefused:  # heard as well, but it keeps no driver from work
        return said.by, None
    return said.by, stored.state.driver_id
