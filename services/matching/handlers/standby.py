"""`driver.standby_joined.v1` and `driver.standby_left.v1`: waiting at a partner's place."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.drivers import DriverStandbyJoined, DriverStandbyLeft
from services.matching.domain.drivers import driver as facts
from services.matching.domain.drivers import standby
from services.matching.domain.drivers.driver import Driver
from services.matching.ports import Context
from services.matching.saving.changes import change_driver, refusing
from services.runtime.change import cause_of
from services.runtime.errors import NotYet, Rejected


class StandbyJoinedHandler:
    """His place in the queue is when we heard of it: a sender's clock gives nobody a better one."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[DriverStandbyJoined]) -> None:
        """Queue him up."""
        said, now = message.data, self._context.clock.now()
        with refusing():
            facts.not_ahead(message.time, now)
        shelter = self._context.shelters.get(said.standby_id)
        if shelter is None:
            raise Rejected("unknown_standby", pointer="/standby_id")
        seen = self._context.whereabouts.seen(said.driver_id)
        here = (seen.lat, seen.lng) if seen else None

        def decide(driver: Driver | None) -> Driver | None:
            if driver is None:
                raise NotYet("unknown_driver")
            return standby.joined(driver, shelter, here, message.time, now)

        await change_driver(
            self._context, said.driver_id, cause_of(message), decide, by=f"driver:{said.driver_id}"
        )


class StandbyLeftHandler:
    """Leaving a place where he does not wait changes nothing."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[DriverStandbyLeft]) -> None:
        """Let the next one move up."""
        said = message.data
        with refusing():
            facts.not_ahead(message.time, self._context.clock.now())

        def decide(driver: Driver | None) -> Driver | None:
            if driver is None:
                raise NotYet("unknown_driver")
            return facts.standby_left(driver, said.standby_id, message.time)

        await change_driver(
            self._context, said.driver_id, cause_of(message), decide, by=f"driver:{said.driver_id}"
        )
