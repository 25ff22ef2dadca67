"""What drivers answer, and what becomes of an offer then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from services.matching.domain.errors import Refused
from services.matching.domain.searches.search import Offer, Outcome, Search, Status, closing, latest


def offer_to(search: Search | None, offer_id: str, driver_id: str) -> Offer:
    """The offer that the driver answers. Raises `Refused` for one that we never made, or made to somebody else."""
    offer = search.offer(offer_id) if search else None
    if offer is None:
        raise Refused("unknown_offer")
    if offer.driver_id != driver_id:
        raise Refused("foreign_offer")
    return offer


def has_won(search: Search | None, offer_id: str) -> bool:
    """Whether this offer is the one that the running search chose."""
    return search is not None and search.status is Status.MATCHED and search.winner == offer_id


def may_win(search: Search, offer: Offer, now: datetime) -> bool:
    """Whether an answer that comes now can still be honoured: open, and in time with the grace."""
    if offer.outcome is not None or search.status is not Status.OPEN or search.policy is None:
        return False
    return now <= latest(offer, search.policy) and now < search.policy.until


def accepted(search: Search, offer_id: str, answered: Collection[str], now: datetime) -> Search | None:
    """The search with its winner; None when it names this offer already. Raises `Refused`.

    `answered`: drivers who have taken this order too, a moment too late: their offers are lost, the others withdrawn.
    """
    if has_won(search, offer_id):
        return None
    offer = search.offer(offer_id)
    if offer is None or not may_win(search, offer, now):
        raise Refused("offer_closed")
    outcomes = {
        other.offer_id: Outcome.LOST if other.driver_id in answered else Outcome.WITHDRAWN
        for other in search.open_offers
    }
    outcomes[offer_id] = Outcome.ACCEPTED
    return replace(closing(search, outcomes, now), status=Status.MATCHED, winner=offer_id)


def declined(search: Search, offer_id: str, now: datetime) -> Search | None:
    """The search without this offer; None when it was declined before. Raises `Refused`."""
    offer = search.offer(offer_id)
    if offer is not None and offer.outcome is Outcome.DECLINED:
        return None
    if offer is None or offer.outcome is not None:
        raise Refused("offer_closed")
    return closing(search, {offer_id: Outcome.DECLINED}, now)


def withdrawn(search: Search, offer_id: str, now: datetime) -> Search | None:
    """The search without an offer whose driver cannot take it; None when it is closed already."""
    offer = search.offer(offer_id)
    return (
        closing(search, {offer_id: Outcome.WITHDRAWN}, now)
        if offer is not None and offer.outcome is None
        else None
    )


def given_up(search: Search, offer_id: str, now: datetime) -> Search | None:
    """An accept that was not settled in time: the offer is closed, so that a slow second step fails."""
    closed = closing(search, {offer_id: Outcome.LOST}, now)
    return None if closed == search else closed
