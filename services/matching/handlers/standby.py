"""`driver.standby_joined.v1` and `driver.standby_left.v1`: waiting at a shelter for orders from there."""

from __future__ import annotations

from datetime import datetime

from contracts.message import Message
from contracts.requests.drivers import DriverStandbyJoined, DriverStandbyLeft
from services.matching.domain.drivers import facts, standby
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.facts import known
from services.matching.ports import Context
from services.matching.saving.changes import change_driver
from services.matching.saving.steps import sender
from services.runtime.change import cause_of
from services.runtime.errors import Rejected
from services.runtime.facts import require_not_ahead


async def joined(context: Context, message: Message[DriverStandbyJoined]) -> None:
    """Add the driver to the queue.

    Our clock decides the place in it: a sender's clock must not give a better one.

    Raises `Rejected`: `unknown_standby`, `time_ahead`, or what `standby.joined` refuses.
    """
    said, now = message.data, context.clock.now()
    require_not_ahead(message.time, now)
    shelter = context.shelters.get(said.standby_id)
    if shelter is None:
        raise Rejected("unknown_standby", pointer="/standby_id")
    last = context.positions.last(said.driver_id)
    here = (last.lat, last.lng) if last else None

    def join(driver: Driver | None) -> Driver | None:
        return standby.joined(known(driver), shelter, here, message.time, now)

    await change_driver(context, said.driver_id, cause_of(message), join, by=sender(said))


def left(driver: Driver | None, message: Message[DriverStandbyLeft], _: datetime) -> Driver | None:
    """Remove the driver from the queue; leaving a shelter where they do not wait changes nothing."""
    return facts.standby_left(known(driver), message.data.standby_id, message.time)
