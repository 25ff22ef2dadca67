"""Orders booked ahead: who takes one early is reserved for it, and may drive others that end before it begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from contracts.values import Requirements
from services.matching.domain.drivers.driver import Driver, Live
from services.matching.domain.drivers.eligibility import against
from services.matching.domain.ground.distance import metres, ride_seconds
from services.matching.domain.searches.offering import Rules
from services.matching.domain.searches.search import Offer, Search, Wanted

LOST = "reservation_lost"
RESERVED = "reserved"
NEVER = datetime.max.replace(tzinfo=UTC)


def commitment(search: Search, offer: Offer, rules: Rules, now: datetime) -> Live:
    """What a driver takes upon himself with this offer: his live order, or ahead of its time a reservation."""
    wanted = search.wanted
    if wanted is None:
        return Live(search.order_id, offer.offer_id, offer.attempt, now)
    starts_at, until = _span(wanted, offer.eta_s, offer.trip_distance_m, rules, now)
    taken = Live(search.order_id, offer.offer_id, offer.attempt, now, until=until)
    return replace(taken, starts_at=starts_at, asked=wanted.requirements) if starts_at > now else taken


def in_the_way(driver: Driver, wanted: Wanted, straight_m: float, rules: Rules, now: datetime) -> bool:
    """Whether what he has taken would run into such an order. `straight_m`: from him to its pick-up."""
    if not driver.held:
        return False
    eta_s = ride_seconds(straight_m * rules.road_factor, rules.speed_kmh)
    trip_m = (
        metres(wanted.pickup.lat, wanted.pickup.lng, wanted.dropoff.lat, wanted.dropoff.lng)
        * rules.road_factor
    )
    starts_at, until = _span(wanted, eta_s, trip_m, rules, now)
    return not fits(driver.held, starts_at, until)


def fits(held: tuple[Live, ...], starts_at: datetime, until: datetime | None) -> bool:
    """Whether one more order has room beside them; one without a known end lasts for ever."""
    return all(
        (until or NEVER) <= (other.starts_at or other.since) or (other.until or NEVER) <= starts_at
        for other in held
    )


def begins_at(driver: Driver) -> datetime | None:
    """When his next reservation becomes live; None without one that the order has confirmed."""
    return min((each.starts_at for each in _waiting(driver) if each.starts_at), default=None)


def beginning(driver: Driver, now: datetime) -> Live | None:
    """The reservation whose time has come, or is over."""
    due = [each for each in _waiting(driver) if each.starts_at and each.starts_at <= now]
    return min(due, key=lambda each: each.starts_at or now, default=None)


def waits(driver: Driver, offer_id: str) -> bool:
    """Whether he still holds this reservation, and it has neither begun nor been taken back."""
    return any(each.offer_id == offer_id for each in _waiting(driver))


def begun(driver: Driver, offer_id: str, now: datetime) -> Driver | None:
    """The driver with his reservation as the live order; None when he cannot drive it now, or has it no longer."""
    promised = next((each for each in _waiting(driver) if each.offer_id == offer_id), None)
    if promised is None or driver.live is not None or driver.shift is None:
        return None
    if against(driver, promised.asked or Requirements(), now):
        return None
    live = replace(promised, since=now, starts_at=None, asked=None)
    others = tuple(each for each in driver.reserved if each is not promised)
    return replace(driver, live=live, reserved=others, standby=None)


def given_up(driver: Driver, offer_id: str) -> Driver | None:
    """The order was told that he is lost to it; it decides, and frees him. None when that is known."""
    if not waits(driver, offer_id):
        return None
    reserved = tuple(
        replace(each, withdrawn=True) if each.offer_id == offer_id else each for each in driver.reserved
    )
    return replace(driver, reserved=reserved)


def _waiting(driver: Driver) -> list[Live]:
    return [each for each in driver.reserved if each.confirmed and not each.withdrawn]


def _span(
    wanted: Wanted, eta_s: float, trip_m: float, rules: Rules, now: datetime
) -> tuple[datetime, datetime]:
    """From when on, and until when, such an order binds a driver who takes it now."""
    there = now + timedelta(seconds=eta_s)
    pickup_at = max(there, wanted.pickup_at or there)
    starts_at = max(now, pickup_at - rules.lead) if wanted.pickup_at else now
    bound_s = max(ride_seconds(trip_m, rules.speed_kmh), wanted.takes_s or 0)
    return starts_at, pickup_at + timedelta(seconds=bound_s) + rules.between
