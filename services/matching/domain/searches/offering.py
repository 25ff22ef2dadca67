"""Which driver a search may make an offer to, when, and within which radius."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.values import OfferOutcome
from services.matching.domain.ground.distance import ride_seconds
from services.matching.domain.ground.travel import Travel
from services.matching.domain.searches.search import Offer, Search, SearchStatus, offer_id_of


@dataclass(frozen=True, slots=True)
class OfferRules:
    """The settings of offering.

    `stagger`: between two open offers; `times_asked`: offers of one order to one driver.

    `lead`: how long before its pick-up a reservation becomes live; `between`: room after a trip.
    """

    stagger: timedelta
    times_asked: int
    road_factor: float
    speed_kmh: float
    lead: timedelta = timedelta(minutes=15)
    between: timedelta = timedelta(minutes=5)


def next_offer_at(search: Search, rules: OfferRules) -> datetime | None:
    """When the search may make its next offer. A past time: at once; None: not before an offer closes.

    Open offers follow each other at a distance (`stagger`); an offer that closes makes room at once.
    """
    policy = search.policy
    if search.status is not SearchStatus.OPEN or policy is None:
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


def is_due(search: Search, rules: OfferRules, now: datetime) -> bool:
    """Whether the search may make an offer now."""
    due = next_offer_at(search, rules)
    return due is not None and due <= now and search.policy is not None and now < search.policy.until


def reason_not_to_offer(search: Search, driver_id: str, rules: OfferRules) -> str | None:
    """The reason code why this search makes the driver no (further) offer; None when it may."""
    counted = [
        offer
        for offer in search.offers
        if offer.driver_id == driver_id and offer.outcome is not OfferOutcome.WITHDRAWN
    ]
    if driver_id in search.excluded:
        return "excluded"
    if any(offer.outcome is None for offer in counted):
        return "asked_now"
    if any(offer.outcome is OfferOutcome.DECLINED and offer.attempt == search.attempt for offer in counted):
        return "declined"
    return "asked_often_enough" if len(counted) >= rules.times_asked else None


def may_offer(search: Search, driver_id: str, rules: OfferRules) -> bool:
    """Whether the driver may get an offer: see `reason_not_to_offer`."""
    return reason_not_to_offer(search, driver_id, rules) is None


def offers_made_to(search: Search, driver_id: str) -> int:
    """How many offers the driver got in this attempt: others come first."""
    return sum(
        1 for offer in search.offers if offer.driver_id == driver_id and offer.attempt == search.attempt
    )


def radius_after(search: Search, current: int) -> int:
    """The index of the next radius when all offers in the current one are closed, else of the current one."""
    if search.policy is None:
        return current
    made = [offer for offer in search.offers if offer.attempt == search.attempt]
    reached = max((offer.radius_index for offer in made), default=0)
    here = max(current, reached)
    ended = bool(made) and here == reached and not any(offer.outcome is None for offer in made)
    return min(here + 1 if ended else here, len(search.policy.radii_m) - 1)


def offered(
    search: Search,
    driver_id: str,
    straight_m: float,
    radius_index: int,
    rules: OfferRules,
    now: datetime,
    travel: Travel | None = None,
) -> Search | None:
    """The search with one more offer; None when it has changed so that this offer must not be made.

    `straight_m`: from the driver to the pick-up; `travel`: the same by road, estimated where it is None.
    """
    trip = search.trip
    if trip is None or not is_due(search, rules, now) or not may_offer(search, driver_id, rules):
        return None
    travel = travel or _estimated(straight_m, rules)
    offer = Offer(
        offer_id_of(search.order_id, len(search.offers) + 1),
        driver_id,
        search.attempt,
        radius_index,
        made_at=now,
        expires_at=min(now + timedelta(seconds=trip.policy.window_s), trip.policy.until),
        pickup_distance_m=round(travel.metres),
        trip_distance_m=round(trip.straight_m() * rules.road_factor),
        eta_s=round(travel.seconds),
    )
    return replace(search, offers=(*search.offers, offer))


def _estimated(straight_m: float, rules: OfferRules) -> Travel:
    road_m = straight_m * rules.road_factor
    return Travel(road_m, ride_seconds(road_m, rules.speed_kmh))
