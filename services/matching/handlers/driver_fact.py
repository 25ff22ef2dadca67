"""Facts about a driver: registration, residence, suspension, shift. Each carries its own time; an older one says nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from contracts.message import Message
from contracts.requests import drivers as requests
from contracts.values import Residence, Value
from services.matching.domain.drivers import driver as facts
from services.matching.domain.drivers.driver import Certification, Driver, Paper
from services.matching.domain.ground.distance import inside_country
from services.matching.ports import Context
from services.matching.saving.changes import change_driver, refusing
from services.matching.saving.withdrawing import withdraw_where_barred
from services.runtime.change import cause_of
from services.runtime.errors import NotYet, Rejected

Apply = Callable[[Driver, Any, datetime], Driver | None]

OF_KNOWN: dict[type[Value], Apply] = {
    requests.DriverResidenceAttested: lambda driver, said, at: facts.attested(
        driver, Residence(by=said.by.id, district_code=said.district_code, valid_until=said.valid_until), at
    ),
    requests.DriverResidenceRevoked: lambda driver, _, at: facts.revoked(driver, at),
    requests.DriverCertified: lambda driver, said, at: facts.certified(
        driver, Certification(said.certification, said.by.id, said.valid_until), at
    ),
    requests.DriverSuspended: lambda driver, _, at: facts.suspended(driver, at),
    requests.DriverReinstated: lambda driver, _, at: facts.reinstated(driver, at),
    requests.DriverShiftStarted: lambda driver, said, at: facts.shift_started(driver, said.place, at),
    requests.DriverShiftEnded: lambda driver, _, at: facts.shift_ended(driver, at),
}

RESTRICTING = (requests.DriverResidenceRevoked, requests.DriverSuspended, requests.DriverShiftEnded)


class DriverFactHandler:
    """One that comes before the registration waits for it on the retry ladder."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[Any]) -> None:
        """Note the fact."""
        said, at = message.data, message.time
        with refusing():
            facts.not_ahead(at, self._context.clock.now())
        if isinstance(said, requests.DriverRegistered):
            await self._register(message, said)
            return
        if isinstance(said, requests.DriverShiftStarted):
            _in_the_country(said)
        apply = OF_KNOWN[type(said)]

        def decide(driver: Driver | None) -> Driver | None:
            if driver is None:
                raise NotYet("unknown_driver")
            return apply(driver, said, at)

        cause = cause_of(message)
        await change_driver(self._context, said.driver_id, cause, decide, by=_who(said))
        if isinstance(said, RESTRICTING):
            await withdraw_where_barred(self._context, said.driver_id, cause)
        if isinstance(said, requests.DriverShiftStarted):
            self._context.nudge.place(said.driver_id, said.place.lat, said.place.lng, at)

    async def _register(self, message: Message[Any], said: requests.DriverRegistered) -> None:
        papers = tuple(Paper(paper.kind.value, paper.valid_until) for paper in said.papers)
        with refusing():
            facts.possible(papers, self._context.clock.now())

        def decide(driver: Driver | None) -> Driver | None:
            return facts.registered(driver, said.driver_id, said.vehicle, papers, message.time)

        await change_driver(self._context, said.driver_id, cause_of(message), decide, by=_who(said))


def _in_the_country(said: requests.DriverShiftStarted) -> None:
    if not inside_country(said.place.lat, said.place.lng):
        raise Rejected("outside_country", pointer="/place")


def _who(said: Any) -> str:
    by = getattr(said, "by", None)
    return f"{by.role}:{by.id}" if by else f"driver:{said.driver_id}"
