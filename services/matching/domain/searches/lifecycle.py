"""How a search begins, begins again and ends, and what the order's events mean for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from contracts.values import OfferOutcome, Place
from services.matching.domain.searches.search import (
    Offer,
    Search,
    SearchStatus,
    TripRequest,
    answer_deadline,
    with_all_offers_closed,
    with_offers_closed,
)

GAVE_BACK = "driver_cancelled"
VANISHED = "vanished"
EXCLUDED = "driver_excluded"
NOWHERE = Place(lat=0.0, lng=0.0)


def opened(
    known: Search | None,
    order_id: str,
    attempt: int,
    sequence: int,
    trip: TripRequest,
    excluded: tuple[str, ...],
    now: datetime,
) -> Search | None:
    """The search open for this attempt; None when the attempt is known, or the order has moved on."""
    if known is None:
        return Search(order_id, SearchStatus.OPEN, attempt, sequence, trip=trip, excluded=excluded, since=now)
    if attempt <= known.attempt or sequence < known.sequence:
        return None
    if known.order_ended is not None and sequence <= known.order_ended:
        return None
    return replace(
        with_all_offers_closed(known, now),
        status=SearchStatus.OPEN,
        attempt=attempt,
        sequence=sequence,
        order_ended=None,
        ended_at=None,
        trip=trip,
        excluded=tuple(dict.fromkeys((*known.excluded, *excluded))),
        winner=None,
        withdrawn=None,
        since=_waiting_since(known, now),
    )


def order_ended(known: Search | None, order_id: str, sequence: int, now: datetime) -> Search | None:
    """The search closed with its order; None for an older end.

    An end that arrives before its search is written as a closed search, so that the search stays closed.
    """
    if known is None:
        return Search(order_id, SearchStatus.CLOSED, sequence=sequence, order_ended=sequence, ended_at=now)
    if sequence < known.sequence or (known.order_ended is not None and sequence <= known.order_ended):
        return None
    closed = replace(with_all_offers_closed(known, now), status=SearchStatus.CLOSED, sequence=sequence)
    return _without_places(replace(closed, order_ended=sequence, ended_at=known.ended_at or now))


def unassigned(
    known: Search | None, driver_id: str, attempt: int, sequence: int, reason: str, now: datetime
) -> Search | None:
    """The search without its match; the order starts the next attempt. None when nothing changes.

    A driver who gave the order back or vanished gets no further offer of it.
    """
    if known is None:
        return None
    search = _excluding(known, driver_id, now) if reason in {GAVE_BACK, VANISHED} else known
    if known.attempt <= attempt and known.order_ended is None and known.status is not SearchStatus.CLOSED:
        closed = replace(with_all_offers_closed(search, now), status=SearchStatus.CLOSED, winner=None)
        search = _without_places(replace(closed, sequence=max(known.sequence, sequence)))
    return None if search == known else search


def without_offers_to(search: Search, driver_id: str, now: datetime) -> Search | None:
    """The search with the open offers to this driver withdrawn; None without any."""
    held = {
        offer.offer_id: OfferOutcome.WITHDRAWN for offer in search.open_offers if offer.driver_id == driver_id
    }
    return with_offers_closed(search, held, now) if held else None


def match_withdrawn(search: Search | None, offer_id: str, reason: str = VANISHED) -> Search | None:
    """The search with its match withdrawn; the order decides. None when it was, or another offer won."""
    if (
        search is None
        or search.status is not SearchStatus.MATCHED
        or search.winner != offer_id
        or search.withdrawn is not None
    ):
        return None
    return replace(search, withdrawn=reason)


def match_refused(
    known: Search | None, driver_id: str, offer_id: str, reason: str, now: datetime
) -> Search | None:
    """The search after the order refused its match; None when another match stands.

    The search ends, or goes on without a driver whom the order excludes.
    """
    if known is None or known.winner != offer_id or known.status is not SearchStatus.MATCHED:
        return None
    if reason == EXCLUDED and known.policy is not None and now < known.policy.until:
        return replace(_excluding(known, driver_id, now), status=SearchStatus.OPEN, winner=None)
    return _without_places(replace(known, status=SearchStatus.CLOSED, winner=None, ended_at=now))


def expired(search: Search | None, now: datetime) -> Search | None:
    """The search with unanswered offers expired, or failed at its end; None when nothing is due."""
    if search is None or search.status is not SearchStatus.OPEN or search.policy is None:
        return None
    if search.policy.until <= now:
        failed = replace(with_all_offers_closed(search, now), status=SearchStatus.FAILED, ended_at=now)
        return _without_places(failed)
    over = {
        offer.offer_id: OfferOutcome.EXPIRED
        for offer in search.open_offers
        if answer_deadline(offer, search.policy) <= now
    }
    return with_offers_closed(search, over, now) if over else None


def unanswered(search: Search, at: datetime) -> tuple[Offer, ...]:
    """The offers that expired in the write of this time: their drivers could have won and did not answer."""
    return tuple(
        offer for offer in search.offers if offer.outcome is OfferOutcome.EXPIRED and offer.closed_at == at
    )


def timers(search: Search) -> dict[str, datetime]:
    """When the clock acts on the search next, by name of the timer."""
    if search.status is not SearchStatus.OPEN or search.policy is None:
        return {}
    times = {"until": search.policy.until}
    if search.open_offers:
        times["offer"] = min(answer_deadline(offer, search.policy) for offer in search.open_offers)
    return times


def _waiting_since(known: Search, now: datetime) -> datetime:
    """A customer who lost their driver waits since they first asked; after a failed search they ask again."""
    return now if known.since is None or known.status is SearchStatus.FAILED else known.since


def _excluding(search: Search, driver_id: str, now: datetime) -> Search:
    if driver_id in search.excluded:
        return search
    without = without_offers_to(search, driver_id, now) or search
    return replace(without, excluded=(*search.excluded, driver_id))


def _without_places(search: Search) -> Search:
    """Remove the places: no driver rides there any more, and the people there may ask for erasure.

    The next attempt brings them again.
    """
    trip = search.trip
    return search if trip is None else replace(search, trip=replace(trip, pickup=NOWHERE, dropoff=NOWHERE))
