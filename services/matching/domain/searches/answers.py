"""The drivers' answers, and what becomes of an offer then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from contracts.values import OfferOutcome
from services.matching.domain.errors import Refused
from services.matching.domain.searches.search import (
    Offer,
    Search,
    SearchStatus,
    answer_deadline,
    with_offers_closed,
)


def offer_to(search: Search | None, offer_id: str, driver_id: str) -> Offer:
    """The offer that the driver answers.

    Raises `Refused`: `unknown_offer` for one that we never made, `foreign_offer` for one to another driver.
    """
    offer = search.offer(offer_id) if search else None
    if offer is None:
        raise Refused("unknown_offer")
    if offer.driver_id != driver_id:
        raise Refused("foreign_offer")
    return offer


def has_won(search: Search | None, offer_id: str) -> bool:
    """Whether the search has chosen this offer."""
    return search is not None and search.status is SearchStatus.MATCHED and search.winner == offer_id


def may_win(search: Search, offer: Offer, now: datetime) -> bool:
    """Whether an accept that arrives now can win: the offer is open, and the grace is not over."""
    if offer.outcome is not None or search.status is not SearchStatus.OPEN or search.policy is None:
        return False
    return now <= answer_deadline(offer, search.policy) and now < search.policy.until


def accepted(search: Search, offer_id: str, answered: Collection[str], now: datetime) -> Search | None:
    """The search with this offer as its winner; None when it has won already.

    Raises `Refused` (`offer_closed`).

    `answered`: drivers who accepted this order too, a moment too late. Their offers are lost, the others
    withdrawn.
    """
    if has_won(search, offer_id):
        return None
    offer = search.offer(offer_id)
    if offer is None or not may_win(search, offer, now):
        raise Refused("offer_closed")
    outcomes = {
        other.offer_id: OfferOutcome.LOST if other.driver_id in answered else OfferOutcome.WITHDRAWN
        for other in search.open_offers
    }
    outcomes[offer_id] = OfferOutcome.ACCEPTED
    closed = with_offers_closed(search, outcomes, now)
    return replace(closed, status=SearchStatus.MATCHED, winner=offer_id)


def declined(search: Search, offer_id: str, now: datetime) -> Search | None:
    """The search with this offer declined; None for a repeat. Raises `Refused` (`offer_closed`)."""
    offer = search.offer(offer_id)
    if offer is not None and offer.outcome is OfferOutcome.DECLINED:
        return None
    if offer is None or offer.outcome is not None:
        raise Refused("offer_closed")
    return with_offers_closed(search, {offer_id: OfferOutcome.DECLINED}, now)


def offer_withdrawn(search: Search, offer_id: str, now: datetime) -> Search | None:
    """The search with this offer withdrawn: its driver cannot take it. None when it is closed already."""
    offer = search.offer(offer_id)
    if offer is None or offer.outcome is not None:
        return None
    return with_offers_closed(search, {offer_id: OfferOutcome.WITHDRAWN}, now)


def accept_timed_out(search: Search, offer_id: str, now: datetime) -> Search | None:
    """The search with this offer lost, so that a slow accept fails at its second write; None when closed."""
    closed = with_offers_closed(search, {offer_id: OfferOutcome.LOST}, now)
    return None if closed == search else closed
