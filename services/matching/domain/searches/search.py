"""A search as a frozen value: one per order across all attempts, with its offers inside."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.values import DistrictCode, Fare, Id, Place, Requirements, SearchPolicy, UtcTime

LONGEST_KEY = 56


class Status(StrEnum):
    """`closed`: nobody is searched any more, or not yet again."""

    OPEN = "open"
    MATCHED = "matched"
    CLOSED = "closed"
    FAILED = "failed"


class Outcome(StrEnum):
    """How an offer ended."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Offer:
    """One driver asked once. `round`: index of the radius he was found in; distances along the estimated road."""

    offer_id: Id
    driver_id: Id
    attempt: int
    round: int
    made_at: UtcTime
    expires_at: UtcTime
    pickup_distance_m: int
    trip_distance_m: int
    eta_s: int
    outcome: Outcome | None = None
    closed_at: UtcTime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the order asks for. `asked_by` and `trace` link our events to the message that asked.

    `takes_s`: for so long after the pick-up the driver is bound, where that is more than the way.
    """

    service: Id
    pickup: Place
    dropoff: Place
    requirements: Requirements
    policy: SearchPolicy
    fare: Fare
    asked_by: str
    priority: int = 0
    dropoff_district: DistrictCode | None = None
    pickup_at: UtcTime | None = None
    takes_s: int | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """`sequence`: newest version of the order that we know of; `order_ended`: the version with which it ended.

    `withdrawn`: the reason code with which the present match was taken back. `since`: from when on its customer waits.
    """

    order_id: Id
    status: Status
    attempt: int = 0
    sequence: int = 0
    order_ended: int | None = None
    ended_at: UtcTime | None = None
    wanted: Wanted | None = None
    excluded: tuple[Id, ...] = ()
    offers: tuple[Offer, ...] = ()
    winner: Id | None = None
    withdrawn: str | None = None
    since: UtcTime | None = None

    @property
    def open_offers(self) -> tuple[Offer, ...]:
        """Those that wait for an answer."""
        return tuple(offer for offer in self.offers if offer.outcome is None)

    @property
    def policy(self) -> SearchPolicy | None:
        """How it is searched, None for an order that ended before its search was known."""
        return self.wanted.policy if self.wanted else None

    def waited_s(self, now: datetime) -> float:
        """How long its customer has waited, whoever leads."""
        return max(0.0, (now - self.since).total_seconds()) if self.since is not None else 0.0

    def offer(self, offer_id: str) -> Offer | None:
        """One of its offers."""
        return next((offer for offer in self.offers if offer.offer_id == offer_id), None)


def key_of(order_id: str) -> str:
    """The `_id` of an order's search: the order's own id, where an offer's id has room for it."""
    if len(order_id) <= LONGEST_KEY:
        return order_id
    return f"~{hashlib.blake2b(order_id.encode(), digest_size=16).hexdigest()}"


def offer_id_of(order_id: str, number: int) -> str:
    """The id of the order's n-th offer, 64 characters at most; it names its search, so no index is needed to find it."""
    key = key_of(order_id)
    return f"{key[1:]}-{number}x" if key.startswith("~") else f"{key}-{number}"


def key_in(offer_id: str) -> str:
    """The `_id` of the search that an offer's id names, whether or not there is such an offer."""
    key = offer_id.rpartition("-")[0]
    return f"~{key}" if offer_id.endswith("x") else key


def standby_of(search: Search | None) -> str | None:
    """The place whose queue this order is for."""
    return search.wanted.requirements.standby_id if search is not None and search.wanted is not None else None


def latest(offer: Offer, policy: SearchPolicy) -> datetime:
    """Until when an answer counts: the window and the grace for the way it takes."""
    return offer.expires_at + timedelta(seconds=policy.grace_s)


def closing(search: Search, outcomes: dict[str, Outcome], now: datetime) -> Search:
    """The search with these open offers closed."""
    offers = tuple(
        replace(offer, outcome=outcomes[offer.offer_id], closed_at=now)
        if offer.outcome is None and offer.offer_id in outcomes
        else offer
        for offer in search.offers
    )
    return replace(search, offers=offers)


def withdrawing(search: Search, now: datetime) -> Search:
    """The search without open offers: those whose time is over have lapsed, the rest is withdrawn."""
    outcomes = {
        offer.offer_id: Outcome.EXPIRED if offer.expires_at <= now else Outcome.WITHDRAWN
        for offer in search.open_offers
    }
    return closing(search, outcomes, now)
