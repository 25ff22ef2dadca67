"""`driver.offer_declined.v1`: the driver does not want the order, and the next one may be asked at once."""

from __future__ import annotations

from dataclasses import replace

from contracts.message import Message
from contracts.requests.drivers import DriverOfferDeclined
from services.matching.domain.drivers import record, standby
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.searches.answers import declined, offer_to
from services.matching.domain.searches.search import Search, key_in, standby_of
from services.matching.ports import Context
from services.matching.saving.changes import change_driver, change_search, once
from services.runtime.change import cause_of


class OfferDeclinedHandler:
    """Declining twice changes nothing; an offer that is closed otherwise is refused."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[DriverOfferDeclined]) -> None:
        """Close the offer, then note it with the driver; when the message comes again, what is missing is done."""
        answer, now, cause = message.data, self._context.clock.now(), cause_of(message)
        key = key_in(answer.offer_id)
        stored = await self._context.searches.get(key)
        standby_id = standby_of(stored.state) if stored else None

        def close(search: Search | None) -> Search | None:
            offer = offer_to(search, answer.offer_id, answer.driver_id)
            return declined(search, offer.offer_id, now) if search else None

        def note(driver: Driver | None) -> Driver | None:
            if driver is None:
                return None
            noted = replace(driver, record=record.declined(driver.record, answer.reason))
            return standby.lost(noted, standby_id)

        by = f"driver:{answer.driver_id}"
        await change_search(self._context, key, cause, close, by=by, reason=answer.reason)
        await change_driver(
            self._context,
            answer.driver_id,
            once("declined", answer.offer_id, now),
            note,
            by=by,
            reason=answer.reason,
        )
