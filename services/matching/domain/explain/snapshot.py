"""Why each driver near an order is asked for it, or not: the same rules as the rounds follow, with their names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.values import Id, UtcTime
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.eligibility import against, not_available
from services.matching.domain.drivers.reservations import RESERVED, in_the_way
from services.matching.domain.searches.offering import Rules, why_not
from services.matching.domain.searches.search import Search

OTHERS_FIRST = "others_first"


@dataclass(frozen=True, slots=True)
class Near:
    """A driver near the pick-up, in straight metres and in seconds by road; when he was seen, what spoke against asking him."""

    driver_id: Id
    away_m: int
    seen_at: UtcTime
    reasons: tuple[str, ...] = ()
    pickup_s: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Who was near when a round looked. `round`: index of its radius."""

    at: UtcTime
    attempt: int
    round: int
    radius_m: int
    near: tuple[Near, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A driver as the positions have him."""

    driver_id: str
    away_m: float
    at: datetime
    pickup_s: int | None = None


def look(  # noqa: PLR0913, PLR0917  all that a round knows
    search: Search,
    reached: int,
    near: Collection[Seen],
    drivers: Mapping[str, Driver | None],
    asked_elsewhere: Collection[str],
    rules: Rules,
    fresh: timedelta,
    now: datetime,
) -> Look:
    """What a round of this search sees that has reached the given radius."""
    radii = search.policy.radii_m if search.policy else [0]
    here = min(reached, len(radii) - 1)
    found = []
    for seen in near:
        reasons = against_asking(
            search, seen.driver_id, drivers.get(seen.driver_id), seen.away_m, asked_elsewhere, rules, now
        )
        if seen.at < now - fresh:
            reasons.append("stale_position")
        if seen.away_m > radii[here]:
            reasons.append("too_far_yet")
        found.append(
            Near(
                seen.driver_id, round(seen.away_m), seen.at, tuple(reasons) or (OTHERS_FIRST,), seen.pickup_s
            )
        )
    return Look(now, search.attempt, here, radii[here], tuple(found))


def against_asking(
    search: Search,
    driver_id: str,
    driver: Driver | None,
    away_m: float,
    asked_elsewhere: Collection[str],
    rules: Rules,
    now: datetime,
) -> list[str]:
    """Reasons against asking him, wherever he is. `away_m`: so far away when it matters for what he has taken."""
    reasons = list(_of_driver(search, driver, away_m, rules, now))
    asked = why_not(search, driver_id, rules)
    if asked is not None:
        reasons.append(asked)
    elif driver_id in asked_elsewhere:
        reasons.append("asked_elsewhere")
    return reasons


def _of_driver(
    search: Search, driver: Driver | None, away_m: float, rules: Rules, now: datetime
) -> tuple[str, ...]:
    if driver is None:
        return ("unknown_driver",)
    if search.wanted is None:
        return not_available(driver)
    away = not_available(driver)
    if not away and in_the_way(driver, search.wanted, away_m, rules, now):
        away = (RESERVED,)
    return (*against(driver, search.wanted.requirements, now), *away)
