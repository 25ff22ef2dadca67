"""The explanation of a search: each driver near it, their offers and answers, and why they get no offer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.explain.snapshot import (
    DriverSnapshot,
    NearbyDriver,
    Snapshot,
    reasons_not_asked,
    take_snapshot,
)
from services.matching.domain.searches.offering import OfferRules, radius_after
from services.matching.domain.searches.search import Offer, Search, SearchStatus


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an explanation needs besides the search.

    `asked_elsewhere`: drivers with an open offer of another search.
    """

    snapshots: Collection[Snapshot] = ()
    drivers: Mapping[str, Driver] = field(default_factory=dict)
    asked_elsewhere: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class ExplainedDriver:
    """A driver with offers and reasons. `at`: when the reasons held.

    `away_m` and `pickup_s` are None for a driver with an offer who had left by the last snapshot. A driver
    with an offer has no reasons once the search is over: the offer explains it.
    """

    driver_id: str
    away_m: int | None
    pickup_s: int | None
    reasons: tuple[str, ...]
    at: datetime
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The search of an order and its drivers.

    `live`: the reasons hold now; `radius_m`: how far the search has reached.
    """

    search: Search
    live: bool
    radius_m: int | None
    looked_at: datetime | None
    drivers: tuple[ExplainedDriver, ...]


def drivers_named(search: Search, snapshots: Collection[Snapshot]) -> frozenset[str]:
    """The drivers whose documents the explanation needs."""
    near = frozenset(each.driver_id for snapshot in snapshots for each in snapshot.near)
    return near | {offer.driver_id for offer in search.offers}


def explain_search(
    search: Search, around: Surroundings, rules: OfferRules, fresh: timedelta, now: datetime
) -> Explanation:
    """Explain an open search as of now, on the positions of the last snapshot, and an ended one as it was."""
    live = search.status is SearchStatus.OPEN
    snapshots = sorted(around.snapshots, key=lambda each: each.at)
    if live:
        snapshots = [
            _judged_again(search, each, around, rules, fresh, now)
            for each in snapshots[-1:]
            if each.attempt == search.attempt
        ]
    near: dict[str, tuple[DriverSnapshot, datetime]] = {}
    for snapshot in snapshots:
        near.update({each.driver_id: (each, snapshot.at) for each in snapshot.near})
    drivers = [_near(search, each, at, live=live) for each, at in near.values()]
    left = dict.fromkeys(offer.driver_id for offer in search.offers if offer.driver_id not in near)
    drivers += [_left(search, driver_id, around, rules, now, live=live) for driver_id in left]
    drivers.sort(key=lambda each: (each.away_m is None, each.away_m or 0, each.driver_id))
    looked_at = max((each.at for each in around.snapshots), default=None)
    radius_m = snapshots[-1].radius_m if snapshots else None
    return Explanation(search, live, radius_m, looked_at, tuple(drivers))


def _judged_again(
    search: Search, last: Snapshot, around: Surroundings, rules: OfferRules, fresh: timedelta, now: datetime
) -> Snapshot:
    """The snapshot with the reasons of now. Positions stay as old as they were: newer ones are not stored."""
    since = now - last.at
    near = [
        NearbyDriver(each.driver_id, each.away_m, each.seen_at + since, each.pickup_s) for each in last.near
    ]
    reached = max(last.radius_index, radius_after(search, 0))
    return take_snapshot(search, reached, near, around.drivers, around.asked_elsewhere, rules, fresh, now)


def _near(search: Search, near: DriverSnapshot, at: datetime, *, live: bool) -> ExplainedDriver:
    offers = _offers_to(search, near.driver_id)
    reasons = near.reasons if live or not offers else ()
    return ExplainedDriver(near.driver_id, near.away_m, near.pickup_s, reasons, at, offers)


def _left(
    search: Search, driver_id: str, around: Surroundings, rules: OfferRules, now: datetime, *, live: bool
) -> ExplainedDriver:
    """A driver with an offer who was no longer near in the last snapshot."""
    driver = around.drivers.get(driver_id)
    reasons = (
        reasons_not_asked(search, driver_id, driver, 0.0, around.asked_elsewhere, rules, now) if live else ()
    )
    return ExplainedDriver(driver_id, None, None, tuple(reasons), now, _offers_to(search, driver_id))


def _offers_to(search: Search, driver_id: str) -> tuple[Offer, ...]:
    return tuple(offer for offer in search.offers if offer.driver_id == driver_id)
