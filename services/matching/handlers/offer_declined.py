"""`driver.offer_declined.v1`: the driver declines; the next one may get an offer at once."""

from __future__ import annotations

from dataclasses import replace

from contracts.message import Message
from contracts.requests.drivers import DriverOfferDeclined
from services.matching.domain.drivers import record, standby
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.searches.answers import declined, offer_to
from services.matching.domain.searches.search import Search, search_key_of_offer
from services.matching.ports import Context
from services.matching.saving.causes import once_per_offer
from services.matching.saving.changes import change_driver, change_search
from services.matching.saving.steps import sender
from services.runtime.change import cause_of


async def offer_declined(context: Context, message: Message[DriverOfferDeclined]) -> None:
    """Close the offer, then record the answer with the driver. A repeat does what a crash has left undone.

    Raises `Rejected`: `unknown_offer`, `foreign_offer`, or `offer_closed` for an offer that ended otherwise.
    """
    answer, now = message.data, context.clock.now()
    key = search_key_of_offer(answer.offer_id)
    stored = await context.searches.get(key)
    standby_id = stored.state.standby_id if stored else None

    def close(search: Search | None) -> Search | None:
        offer = offer_to(search, answer.offer_id, answer.driver_id)
        return declined(search, offer.offer_id, now) if search else None

    def note(driver: Driver | None) -> Driver | None:
        if driver is None:
            return None
        noted = replace(driver, record=record.declined(driver.record, answer.reason))
        return standby.lost_place(noted, standby_id)

    by, reason = sender(answer), answer.reason
    await change_search(context, key, cause_of(message), close, by=by, reason=reason)
    once = once_per_offer("declined", answer.offer_id, now)
    await change_driver(context, answer.driver_id, once, note, by=by, reason=reason)
