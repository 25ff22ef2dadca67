"""What is told of an order: each driver near it, what he was asked and answered, and why he is not asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.explain.snapshot import Look, Near, Seen, against_asking, look
from services.matching.domain.searches.offering import Rules, round_after
from services.matching.domain.searches.search import Offer, Search, Status


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known besides the search: its looks, the drivers near it, who of them holds an offer of another search."""

    looks: Collection[Look] = ()
    drivers: Mapping[str, Driver] = field(default_factory=dict)
    asked_elsewhere: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A driver. `away_m` and `pickup_s` are None for one who was asked and was not near any more when a round looked last.

    `at`: when the reasons held. An offer speaks for itself: who was asked for a search that is over has no reasons.
    """

    driver_id: str
    away_m: int | None
    pickup_s: int | None
    reasons: tuple[str, ...]
    at: datetime
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """An order's search as people may read it. `live`: the reasons hold now; `radius_m`: how far it has reached."""

    search: Search
    live: bool
    radius_m: int | None
    looked_at: datetime | None
    drivers: tuple[Told, ...]


def whom_it_names(search: Search, looks: Collection[Look]) -> frozenset[str]:
    """Whose documents an explanation needs."""
    return frozenset(near.driver_id for each in looks for near in each.near) | {
        offer.driver_id for offer in search.offers
    }


def explained(
    search: Search, around: Surroundings, rules: Rules, fresh: timedelta, now: datetime
) -> Explanation:
    """A live search is judged as it and the drivers are now, on the positions of the last look; an ended one as it was."""
    live = search.status is Status.OPEN
    looks = sorted(around.looks, key=lambda each: each.at)
    if live:
        looks = [
            _again(search, each, around, rules, fresh, now)
            for each in looks[-1:]
            if each.attempt == search.attempt
        ]
    seen: dict[str, tuple[Near, datetime]] = {}
    for each in looks:
        seen.update({near.driver_id: (near, each.at) for near in each.near})
    told = [_near(search, near, at, live=live) for near, at in seen.values()]
    asked = dict.fromkeys(offer.driver_id for offer in search.offers if offer.driver_id not in seen)
    told += [_rode_on(search, driver_id, around, rules, now, live=live) for driver_id in asked]
    told.sort(key=lambda each: (each.away_m is None, each.away_m or 0, each.driver_id))
    looked_at = max((each.at for each in around.looks), default=None)
    return Explanation(search, live, looks[-1].radius_m if looks else None, looked_at, tuple(told))


def _again(
    search: Search, last: Look, around: Surroundings, rules: Rules, fresh: timedelta, now: datetime
) -> Look:
    """The look judged anew. Positions stay as old as they were: what came in since is not written down."""
    since = now - last.at
    seen = [Seen(near.driver_id, near.away_m, near.seen_at + since, near.pickup_s) for near in last.near]
    reached = max(last.round, round_after(search, 0))
    return look(search, reached, seen, around.drivers, around.asked_elsewhere, rules, fresh, now)


def _near(search: Search, near: Near, at: datetime, *, live: bool) -> Told:
    offers = _offers_to(search, near.driver_id)
    return Told(
        near.driver_id, near.away_m, near.pickup_s, near.reasons if live or not offers else (), at, offers
    )


def _rode_on(
    search: Search, driver_id: str, around: Surroundings, rules: Rules, now: datetime, *, live: bool
) -> Told:
    driver = around.drivers.get(driver_id)
    reasons = (
        against_asking(search, driver_id, driver, 0.0, around.asked_elsewhere, rules, now) if live else ()
    )
    return Told(driver_id, None, None, tuple(reasons), now, _offers_to(search, driver_id))


def _offers_to(search: Search, driver_id: str) -> tuple[Offer, ...]:
    return tuple(offer for offer in search.offers if offer.driver_id == driver_id)
