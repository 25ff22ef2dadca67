"""Why each driver near a search gets an offer or not, by the same rules as the rounds follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.values import Id, UtcTime
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.eligibility import ineligibility_for, unavailability
from services.matching.domain.drivers.reservations import RESERVED, conflicts
from services.matching.domain.searches.offering import OfferRules, reason_not_to_offer
from services.matching.domain.searches.search import Search

OTHERS_FIRST = "others_first"


@dataclass(frozen=True, slots=True)
class DriverSnapshot:
    """A driver near the pick-up: straight metres, and seconds by road. `seen_at`: time of the position."""

    driver_id: Id
    away_m: int
    seen_at: UtcTime
    reasons: tuple[str, ...] = ()
    pickup_s: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The drivers near a search in one round. `radius_index`: the radius that the search had reached."""

    at: UtcTime
    attempt: int
    radius_index: int
    radius_m: int
    near: tuple[DriverSnapshot, ...] = ()


@dataclass(frozen=True, slots=True)
class NearbyDriver:
    """A driver at their last position, `away_m` straight metres from the pick-up."""

    driver_id: str
    away_m: float
    at: datetime
    pickup_s: int | None = None


def take_snapshot(  # noqa: PLR0913, PLR0917  all that a round knows
    search: Search,
    reached: int,
    near: Collection[NearbyDriver],
    drivers: Mapping[str, Driver | None],
    asked_elsewhere: Collection[str],
    rules: OfferRules,
    fresh: timedelta,
    now: datetime,
) -> Snapshot:
    """The snapshot of a search that has reached the radius with this index.

    `asked_elsewhere`: holders of any offer.
    """
    radii = search.policy.radii_m if search.policy else [0]
    here = min(reached, len(radii) - 1)
    found = []
    for each in near:
        reasons = reasons_not_asked(
            search, each.driver_id, drivers.get(each.driver_id), each.away_m, asked_elsewhere, rules, now
        )
        if each.at < now - fresh:
            reasons.append("stale_position")
        if each.away_m > radii[here]:
            reasons.append("too_far_yet")
        codes = tuple(reasons) or (OTHERS_FIRST,)
        found.append(DriverSnapshot(each.driver_id, round(each.away_m), each.at, codes, each.pickup_s))
    return Snapshot(now, search.attempt, here, radii[here], tuple(found))


def reasons_not_asked(
    search: Search,
    driver_id: str,
    driver: Driver | None,
    away_m: float,
    asked_elsewhere: Collection[str],
    rules: OfferRules,
    now: datetime,
) -> list[str]:
    """Reason codes against an offer to this driver. `away_m`: for the time that their commitments leave."""
    reasons = list(_reasons_of_driver(search, driver, away_m, rules, now))
    not_again = reason_not_to_offer(search, driver_id, rules)
    if not_again is not None:
        reasons.append(not_again)
    elif driver_id in asked_elsewhere:
        reasons.append("asked_elsewhere")
    return reasons


def _reasons_of_driver(
    search: Search, driver: Driver | None, away_m: float, rules: OfferRules, now: datetime
) -> tuple[str, ...]:
    if driver is None:
        return ("unknown_driver",)
    if search.trip is None:
        return unavailability(driver)
    unavailable = unavailability(driver)
    if not unavailable and conflicts(driver, search.trip, away_m, rules, now):
        unavailable = (RESERVED,)
    return (*ineligibility_for(driver, search.trip.requirements, now), *unavailable)
