"""Whom a search may ask, when, and how far away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.matching.domain.ground.distance import metres, ride_seconds
from services.matching.domain.ground.travel import Way
from services.matching.domain.searches.search import Offer, Outcome, Search, Status, offer_id_of


@dataclass(frozen=True, slots=True)
class Rules:
    """Our policy of asking. `lead`: so long before its pick-up a booked order becomes live; `between`: room behind a trip."""

    stagger: timedelta
    times_asked: int
    road_factor: float
    speed_kmh: float
    lead: timedelta = timedelta(minutes=15)
    between: timedelta = timedelta(minutes=5)


def next_ask(search: Search, rules: Rules) -> datetime | None:
    """From when on the next driver may be asked; None while nobody may. A time of the past means at once.

    The offers of a burst follow each other at a distance; one that has closed makes room at once.
    """
    policy = search.policy
    if search.status is not Status.OPEN or policy is None:
        return None
    waiting = [offer for offer in search.open_offers if offer.attempt == search.attempt]
    if len(waiting) >= policy.open_offers:
        return None
    if not waiting:
        return datetime.min.replace(tzinfo=policy.until.tzinfo)
    last = max(offer.made_at for offer in waiting)
    closed = [
        offer.closed_at for offer in search.offers if offer.attempt == search.attempt and offer.closed_at
    ]
    if closed and max(closed) >= last:
        return max(closed)
    return last + rules.stagger


def why_not(search: Search, driver_id: str, rules: Rules) -> str | None:
    """The reason code why this search does not ask him (again); None when it may."""
    asked = [
        offer
        for offer in search.offers
        if offer.driver_id == driver_id and offer.outcome is not Outcome.WITHDRAWN
    ]
    if driver_id in search.excluded:
        return "excluded"
    if any(offer.outcome is None for offer in asked):
        return "asked_now"
    if any(offer.outcome is Outcome.DECLINED and offer.attempt == search.attempt for offer in asked):
        return "declined"
    return "asked_often_enough" if len(asked) >= rules.times_asked else None


def may_ask(search: Search, driver_id: str, rules: Rules) -> bool:
    """Not excluded, not asked too often, not asked right now, and has not declined in this attempt."""
    return why_not(search, driver_id, rules) is None


def times_asked(search: Search, driver_id: str) -> int:
    """How often he was asked in this attempt: others come first."""
    return sum(
        1 for offer in search.offers if offer.driver_id == driver_id and offer.attempt == search.attempt
    )


def round_after(search: Search, current: int) -> int:
    """The round that follows when all offers of the current one are closed, else the current one."""
    if search.policy is None:
        return current
    made = [offer for offer in search.offers if offer.attempt == search.attempt]
    reached = max((offer.round for offer in made), default=0)
    here = max(current, reached)
    ended = bool(made) and here == reached and not any(offer.outcome is None for offer in made)
    return min(here + 1 if ended else here, len(search.policy.radii_m) - 1)


def offered(
    search: Search,
    driver_id: str,
    straight_m: float,
    found_in: int,
    rules: Rules,
    now: datetime,
    way: Way | None = None,
) -> Search | None:
    """The search with one more offer; None when it has changed so that this one must not be made. `way`: to the pick-up."""
    wanted, due = search.wanted, next_ask(search, rules)
    if wanted is None or due is None or due > now or now >= wanted.policy.until:
        return None
    if not may_ask(search, driver_id, rules):
        return None
    trip_m = metres(wanted.pickup.lat, wanted.pickup.lng, wanted.dropoff.lat, wanted.dropoff.lng)
    pickup_m = straight_m * rules.road_factor
    way = way or Way(pickup_m, ride_seconds(pickup_m, rules.speed_kmh))
    offer = Offer(
        offer_id=offer_id_of(search.order_id, len(search.offers) + 1),
        driver_id=driver_id,
        attempt=search.attempt,
        round=found_in,
        made_at=now,
        expires_at=min(now + timedelta(seconds=wanted.policy.window_s), wanted.policy.until),
        pickup_distance_m=round(way.metres),
        trip_distance_m=round(trip_m * rules.road_factor),
        eta_s=round(way.seconds),
    )
    return replace(search, offers=(*search.offers, offer))
