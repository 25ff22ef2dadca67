"""How a search begins, begins again, and ends; what the order's own events mean for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from contracts.values import Place
from services.matching.domain.searches.search import (
    Offer,
    Outcome,
    Search,
    Status,
    Wanted,
    closing,
    latest,
    withdrawing,
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
    wanted: Wanted,
    excluded: tuple[str, ...],
    now: datetime,
) -> Search | None:
    """The search of this attempt; None when it is known, or the order has moved on.

    Who lost his driver waits since he first asked; whose search has failed asks anew.
    """
    if known is None:
        return Search(order_id, Status.OPEN, attempt, sequence, wanted=wanted, excluded=excluded, since=now)
    if attempt <= known.attempt or sequence < known.sequence:
        return None
    if known.order_ended is not None and sequence <= known.order_ended:
        return None
    return replace(
        withdrawing(known, now),
        status=Status.OPEN,
        attempt=attempt,
        sequence=sequence,
        order_ended=None,
        ended_at=None,
        wanted=wanted,
        excluded=tuple(dict.fromkeys((*known.excluded, *excluded))),
        winner=None,
        withdrawn=None,
        since=now if known.since is None or known.status is Status.FAILED else known.since,
    )


def order_ended(known: Search | None, order_id: str, sequence: int, now: datetime) -> Search | None:
    """Nobody is searched any more; an end that comes before its search is written down, so that the search stays shut."""
    if known is None:
        return Search(order_id, Status.CLOSED, sequence=sequence, order_ended=sequence, ended_at=now)
    if sequence < known.sequence or (known.order_ended is not None and sequence <= known.order_ended):
        return None
    closed = replace(withdrawing(known, now), status=Status.CLOSED, sequence=sequence, order_ended=sequence)
    return _bare(replace(closed, ended_at=known.ended_at or now))


def unassigned(
    known: Search | None, driver_id: str, attempt: int, sequence: int, reason: str, now: datetime
) -> Search | None:
    """The match is off; the order opens the next attempt by itself. Who gave it back or vanished is not asked again."""
    if known is None:
        return None
    search = _without(known, driver_id, now) if reason in {GAVE_BACK, VANISHED} else known
    if known.attempt <= attempt and known.order_ended is None and known.status is not Status.CLOSED:
        closed = replace(withdrawing(search, now), status=Status.CLOSED, winner=None)
        search = _bare(replace(closed, sequence=max(known.sequence, sequence)))
    return None if search == known else search


def without_offers_to(search: Search, driver_id: str, now: datetime) -> Search | None:
    """The search without the open offers to this driver; None when he holds none."""
    held = {offer.offer_id: Outcome.WITHDRAWN for offer in search.open_offers if offer.driver_id == driver_id}
    return closing(search, held, now) if held else None


def match_refused(
    known: Search | None, driver_id: str, offer_id: str, reason: str, now: datetime
) -> Search | None:
    """The order did not take the match. Only a driver whom it excludes leaves the search as it was."""
    if known is None or known.winner != offer_id or known.status is not Status.MATCHED:
        return None
    if reason == EXCLUDED and known.policy is not None and now < known.policy.until:
        return replace(_without(known, driver_id, now), status=Status.OPEN, winner=None)
    return _bare(replace(known, status=Status.CLOSED, winner=None, ended_at=now))


def lapsed(search: Search | None, now: datetime) -> Search | None:
    """What the clock has done: unanswered offers expire; at the end of its life the search fails. None: nothing yet."""
    if search is None or search.status is not Status.OPEN or search.policy is None:
        return None
    if search.policy.until <= now:
        return _bare(replace(withdrawing(search, now), status=Status.FAILED, ended_at=now))
    over = {
        offer.offer_id: Outcome.EXPIRED for offer in search.open_offers if latest(offer, search.policy) <= now
    }
    return closing(search, over, now) if over else None


def unanswered(search: Search, now: datetime) -> tuple[Offer, ...]:
    """The open offers that `lapsed` would close as expired: their drivers could have won, and said nothing."""
    after = lapsed(search, now) or search
    return tuple(
        offer
        for offer, then in zip(search.offers, after.offers, strict=True)
        if offer.outcome is not then.outcome is Outcome.EXPIRED
    )


def due(search: Search) -> dict[str, datetime]:
    """When the clock acts on it next."""
    if search.status is not Status.OPEN or search.policy is None:
        return {}
    times = {"until": search.policy.until}
    if search.open_offers:
        times["offer"] = min(latest(offer, search.policy) for offer in search.open_offers)
    return times


def _without(search: Search, driver_id: str, now: datetime) -> Search:
    if driver_id in search.excluded:
        return search
    return replace(
        without_offers_to(search, driver_id, now) or search, excluded=(*search.excluded, driver_id)
    )


def _bare(search: Search) -> Search:
    """Without places: nobody is led there any more, the next attempt brings them anew, and the people there may ask to be forgotten."""
    wanted = search.wanted
    return (
        search if wanted is None else replace(search, wanted=replace(wanted, pickup=NOWHERE, dropoff=NOWHERE))
    )
