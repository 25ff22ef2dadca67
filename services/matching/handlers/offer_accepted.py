"""`driver.offer_accepted.v1`: the driver takes the order; of many drivers who do, exactly one wins.

Two writes: (1) the driver takes the order as live order, or as a reservation; (2) the search names the
winner. Where the second write finds the search decided otherwise, the first is undone. After a crash in
between, the repeated message or the driver's timer settles it.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from contracts.message import Message
from contracts.requests.drivers import DriverOfferAccepted
from contracts.values import OfferOutcome, Requirements
from services.matching.domain.drivers import commitments
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.facts import known
from services.matching.domain.drivers.reservations import commitment_for
from services.matching.domain.searches.answers import accepted, has_won, may_win, offer_to, offer_withdrawn
from services.matching.domain.searches.search import Offer, Search, search_key_of_offer
from services.matching.ports import Context
from services.matching.saving.causes import MATCHING, follow_up
from services.matching.saving.changes import change_driver, change_search, translating_refusals
from services.matching.saving.offers import close_expired
from services.matching.saving.steps import sender
from services.runtime.change import Cause, Stored, cause_of
from services.runtime.errors import NotYet, Rejected


async def offer_accepted(context: Context, message: Message[DriverOfferAccepted]) -> None:
    """Let the driver win, or refuse the accept and leave the driver free.

    Our clock decides whether it is late.

    A repeat changes nothing. Raises `Rejected`: `unknown_offer`, `foreign_offer`, `offer_closed`,
    `driver_busy` or `driver_ineligible`; `NotYet` for an unknown driver.
    """
    answer, now, cause = message.data, context.clock.now(), cause_of(message)
    stored = await context.searches.get(search_key_of_offer(answer.offer_id))
    with translating_refusals():
        offer = offer_to(stored.state if stored else None, answer.offer_id, answer.driver_id)
    if stored is None or _answered_before(stored, offer, cause):
        return
    if not may_win(stored.state, offer, now):
        await close_expired(context, stored.id, now)
        await _refuse(context, stored.id, offer, cause)
        return
    try:
        driver = await _take(context, stored.state, offer, cause, now)
        await _win(context, stored, offer, driver, cause, now)
    except NotYet:
        raise
    except Rejected as refusal:
        if refusal.code == "offer_closed":
            await _free(context, offer, cause)
        else:
            await _withdraw(context, stored.id, offer, cause, refusal.code, now)
        raise


async def _take(context: Context, search: Search, offer: Offer, cause: Cause, now: datetime) -> Driver:
    """First write: the driver takes the order. Returns the driver, also where a repeat writes nothing."""
    commitment = commitment_for(search, offer, context.rules, now)
    requirements = search.trip.requirements if search.trip else Requirements()

    def take(driver: Driver | None) -> Driver | None:
        return commitments.taken(known(driver), commitment, requirements, now)

    taken = await change_driver(context, offer.driver_id, cause, take, by=sender(offer))
    if taken is not None:
        return taken
    stored = await context.drivers.get(offer.driver_id)
    with translating_refusals():
        return known(stored.state if stored else None)


async def _win(
    context: Context, stored: Stored[Search], offer: Offer, driver: Driver, cause: Cause, now: datetime
) -> None:
    """Second write: the search names the winner."""
    rivals = await _rivals(context, stored.state, offer)

    def win(search: Search | None) -> Search | None:
        if search is None or driver.residence is None:
            raise Rejected("offer_closed")
        return accepted(search, offer.offer_id, rivals, now)

    await change_search(context, stored.id, cause, win, by=sender(offer), chosen=driver)


async def _rivals(context: Context, search: Search, offer: Offer) -> set[str]:
    """Drivers who accepted this order too and have taken it: they answered, and lose."""
    others = {other.driver_id: other.offer_id for other in search.open_offers if other is not offer}
    found = await asyncio.gather(*(context.drivers.get(driver_id) for driver_id in others))
    return {
        rival.id for rival in found if rival is not None and commitments.holds(rival.state, others[rival.id])
    }


async def _withdraw(
    context: Context, key: str, offer: Offer, cause: Cause, reason: str, now: datetime
) -> None:
    """The driver cannot take the order: withdraw the offer, so that the next driver may get one at once."""

    def withdraw(search: Search | None) -> Search | None:
        return offer_withdrawn(search, offer.offer_id, now) if search else None

    await change_search(context, key, follow_up(cause), withdraw, by=MATCHING, reason=reason)


async def _refuse(context: Context, key: str, offer: Offer, cause: Cause) -> None:
    """Refuse a late accept, unless an earlier one of this driver has won since: a driver may press twice."""
    stored = await context.searches.get(key)
    if has_won(stored.state if stored else None, offer.offer_id):
        return
    await _free(context, offer, cause)
    raise Rejected("offer_closed", order_id=stored.state.order_id if stored else None)


async def _free(context: Context, offer: Offer, cause: Cause) -> None:
    """Undo the first write."""

    def free(driver: Driver | None) -> Driver | None:
        return commitments.freed_of_offer(driver, offer.offer_id) if driver else None

    cause, reason = follow_up(cause), "offer_closed"
    await change_driver(context, offer.driver_id, cause, free, by=MATCHING, reason=reason)


def _answered_before(stored: Stored[Search], offer: Offer, cause: Cause) -> bool:
    """Whether the driver has won with this message, or with an earlier one and the match still stands."""
    repeated = any(mark[:2] == [cause.source, cause.id] for mark in stored.seen)
    return has_won(stored.state, offer.offer_id) or (repeated and offer.outcome is OfferOutcome.ACCEPTED)
