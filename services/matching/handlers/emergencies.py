"""`emergency.raised.v1` and `emergency.closed.v1`: a driver in need gets no offers in between.

Nor does a driver whose passenger called for help: the company looks into it before the next passenger.
"""

from __future__ import annotations

from datetime import datetime

from contracts.events.emergencies import EmergencyClosed, EmergencyRaised
from contracts.message import Message
from contracts.values import Role
from services.matching.domain.drivers import facts
from services.matching.domain.drivers.driver import Driver
from services.matching.ports import Context
from services.matching.saving import offers
from services.runtime.change import cause_of

REASON = "emergency"


def raised(driver: Driver | None, message: Message[EmergencyRaised], _: datetime) -> Driver | None:
    """Stop offers to the driver; the live order stays theirs."""
    said = message.data
    on_order = None if said.raised_by is Role.DRIVER else said.order_id
    return facts.emergency_raised(driver, said.emergency_id, on_order) if driver else None


def closed(driver: Driver | None, message: Message[EmergencyClosed], _: datetime) -> Driver | None:
    """Allow offers again."""
    return facts.emergency_closed(driver, message.data.emergency_id) if driver else None


async def withdraw_offers(context: Context, message: Message[EmergencyRaised]) -> None:
    """After the emergency was raised: withdraw the driver's open offers, as long as it is not closed."""
    said = message.data
    if said.driver_id is None:
        return
    stored = await context.drivers.get(said.driver_id)
    if stored is not None and said.emergency_id in stored.state.emergencies:
        await offers.withdraw_offers(context, said.driver_id, cause_of(message), context.clock.now(), REASON)
