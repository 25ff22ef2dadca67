"""`driver.offer_accepted.v1`: the driver takes the order; of many who do, exactly one wins.

(1) The driver's document takes the order as his live one, or ahead of its time as a reservation; (2) the search names the
winner. Where the second step finds the search decided otherwise, the first is taken back. A crash in between is settled
by the message when it comes again, or by the driver's timer.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from contracts.message import Message
from contracts.requests.drivers import DriverOfferAccepted
from contracts.values import Requirements
from services.matching.domain.drivers import commitments
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.reservations import commitment
from services.matching.domain.searches.answers import accepted, has_won, may_win, offer_to, withdrawn
from services.matching.domain.searches.search import Offer, Outcome, Search, key_in
from services.matching.ports import Context
from services.matching.saving.changes import change_driver, change_search, own, refusing
from services.matching.saving.expiring import close_lapsed
from services.runtime.change import Cause, Stored, cause_of
from services.runtime.errors import NotYet, Rejected


class OfferAcceptedHandler:
    """The same answer twice is one answer; whether it is late is judged by our clock."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[DriverOfferAccepted]) -> None:
        """Let him win, or refuse him and leave him free."""
        answer, now, cause = message.data, self._context.clock.now(), cause_of(message)
        stored = await self._context.searches.get(key_in(answer.offer_id))
        with refusing():
            offer = offer_to(stored.state if stored else None, answer.offer_id, answer.driver_id)
        if stored is None or _answered_before(stored, offer, cause):
            return
        if not may_win(stored.state, offer, now):
            await close_lapsed(self._context, stored.id, now)
            await self._refuse(stored.id, offer, cause)
            return
        try:
            driver = await self._take(stored.state, offer, cause, now)
            await self._win(stored, offer, driver, cause, now)
        except NotYet:
            raise
        except Rejected as refusal:
            if refusal.code == "offer_closed":
                await self._free(offer, cause)
            else:
                await self._close(stored.id, offer, cause, refusal.code, now)
            raise

    async def _take(self, search: Search, offer: Offer, cause: Cause, now: datetime) -> Driver:
        wanted = commitment(search, offer, self._context.rules, now)
        asked = search.wanted.requirements if search.wanted else Requirements()

        def decide(driver: Driver | None) -> Driver | None:
            return commitments.taken(_known(driver), wanted, asked, now)

        by = f"driver:{offer.driver_id}"
        taken = await change_driver(self._context, offer.driver_id, cause, decide, by=by)
        if taken is not None:
            return taken
        stored = await self._context.drivers.get(offer.driver_id)
        return _known(stored.state if stored else None)

    async def _win(
        self, stored: Stored[Search], offer: Offer, driver: Driver, cause: Cause, now: datetime
    ) -> None:
        answered = await self._rivals(stored.state, offer)

        def decide(search: Search | None) -> Search | None:
            if search is None or driver.residence is None:
                raise Rejected("offer_closed")
            return accepted(search, offer.offer_id, answered, now)

        by = f"driver:{offer.driver_id}"
        await change_search(self._context, stored.id, cause, decide, by=by, chosen=driver)

    async def _rivals(self, search: Search, offer: Offer) -> set[str]:
        """Drivers whose own accept of this order is under way: they answered, and lose."""
        others = {other.driver_id: other.offer_id for other in search.open_offers if other is not offer}
        found = await asyncio.gather(*(self._context.drivers.get(driver_id) for driver_id in others))
        return {
            rival.id
            for rival in found
            if rival is not None and commitments.holds(rival.state, others[rival.id])
        }

    async def _close(self, key: str, offer: Offer, cause: Cause, reason: str, now: datetime) -> None:
        """Who cannot take it makes room for the next one at once."""

        def decide(search: Search | None) -> Search | None:
            return withdrawn(search, offer.offer_id, now) if search else None

        await change_search(self._context, key, own(cause), decide, by="matching", reason=reason)

    async def _refuse(self, key: str, offer: Offer, cause: Cause) -> None:
        """Unless he has won since we looked, by an accept that came in time: a driver may press twice."""
        stored = await self._context.searches.get(key)
        if has_won(stored.state if stored else None, offer.offer_id):
            return
        await self._free(offer, cause)
        raise Rejected("offer_closed", order_id=stored.state.order_id if stored else None)

    async def _free(self, offer: Offer, cause: Cause) -> None:
        def decide(driver: Driver | None) -> Driver | None:
            return commitments.freed_of_offer(driver, offer.offer_id) if driver else None

        await change_driver(
            self._context, offer.driver_id, own(cause), decide, by="matching", reason="offer_closed"
        )


def _answered_before(stored: Stored[Search], offer: Offer, cause: Cause) -> bool:
    """Whether he has won with this answer, or with an earlier one and the match still stands."""
    repeated = any(mark[:2] == [cause.source, cause.id] for mark in stored.seen)
    return has_won(stored.state, offer.offer_id) or (repeated and offer.outcome is Outcome.ACCEPTED)


def _known(driver: Driver | None) -> Driver:
    if driver is None:
        raise NotYet("unknown_driver")
    return driver
