"""Orders booked ahead: a driver who accepts early is reserved, and may take other orders that end before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from contracts.values import Requirements
from services.matching.domain.drivers.driver import Commitment, Driver
from services.matching.domain.drivers.eligibility import ineligibility_for
from services.matching.domain.ground.distance import ride_seconds
from services.matching.domain.searches.offering import OfferRules
from services.matching.domain.searches.search import Offer, Search, TripRequest

LOST = "reservation_lost"
RESERVED = "reserved"
NEVER = datetime.max.replace(tzinfo=UTC)


def commitment_for(search: Search, offer: Offer, rules: OfferRules, now: datetime) -> Commitment:
    """What a driver takes on with this offer: a live order, or a reservation for an order booked ahead."""
    trip = search.trip
    if trip is None:
        return Commitment(search.order_id, offer.offer_id, offer.attempt, now)
    starts_at, until = _span(trip, offer.eta_s, offer.trip_distance_m, rules, now)
    live = Commitment(search.order_id, offer.offer_id, offer.attempt, now, until=until)
    return replace(live, starts_at=starts_at, requirements=trip.requirements) if starts_at > now else live


def conflicts(driver: Driver, trip: TripRequest, straight_m: float, rules: OfferRules, now: datetime) -> bool:
    """Whether the driver's commitments leave no room for this trip.

    `straight_m`: from the driver to its pick-up.
    """
    if not driver.commitments:
        return False
    eta_s = ride_seconds(straight_m * rules.road_factor, rules.speed_kmh)
    starts_at, until = _span(trip, eta_s, trip.straight_m() * rules.road_factor, rules, now)
    return not fits(driver.commitments, starts_at, until)


def fits(commitments: tuple[Commitment, ...], starts_at: datetime, until: datetime | None) -> bool:
    """Whether one more order has room beside these; one without a known end takes all the time."""
    return all(
        (until or NEVER) <= (other.starts_at or other.since) or (other.until or NEVER) <= starts_at
        for other in commitments
    )


def next_begins_at(driver: Driver) -> datetime | None:
    """When the next confirmed reservation becomes the live order; None without one."""
    return min((each.starts_at for each in _pending(driver) if each.starts_at), default=None)


def due_reservation(driver: Driver, now: datetime) -> Commitment | None:
    """The reservation that has to become the live order now, or is overdue; None without one."""
    due = [each for each in _pending(driver) if each.starts_at and each.starts_at <= now]
    return min(due, key=lambda each: each.starts_at or now, default=None)


def is_pending(driver: Driver, offer_id: str) -> bool:
    """Whether the driver holds this reservation: confirmed, not begun, not withdrawn."""
    return any(each.offer_id == offer_id for each in _pending(driver))


def begun(driver: Driver, offer_id: str, now: datetime) -> Driver | None:
    """The driver with this reservation as live order; None when they cannot drive or no longer hold it."""
    promised = next((each for each in _pending(driver) if each.offer_id == offer_id), None)
    if promised is None or driver.live is not None or driver.shift is None:
        return None
    if ineligibility_for(driver, promised.requirements or Requirements(), now):
        return None
    live = replace(promised, since=now, starts_at=None, requirements=None)
    others = tuple(each for each in driver.reserved if each is not promised)
    return replace(driver, live=live, reserved=others, standby=None)


def marked_lost(driver: Driver, offer_id: str) -> Driver | None:
    """Mark the reservation as lost: the order knows, and its answer frees the driver.

    None when that is known.
    """
    if not is_pending(driver, offer_id):
        return None
    reserved = tuple(
        replace(each, withdrawn=True) if each.offer_id == offer_id else each for each in driver.reserved
    )
    return replace(driver, reserved=reserved)


def _pending(driver: Driver) -> list[Commitment]:
    return [each for each in driver.reserved if each.confirmed and not each.withdrawn]


def _span(
    trip: TripRequest, eta_s: float, trip_m: float, rules: OfferRules, now: datetime
) -> tuple[datetime, datetime]:
    """(from when, until when) such a trip binds a driver who takes it now."""
    there = now + timedelta(seconds=eta_s)
    pickup_at = max(there, trip.pickup_at or there)
    starts_at = max(now, pickup_at - rules.lead) if trip.pickup_at else now
    bound_s = max(ride_seconds(trip_m, rules.speed_kmh), trip.takes_s or 0)
    return starts_at, pickup_at + timedelta(seconds=bound_s) + rules.between
