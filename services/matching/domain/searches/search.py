"""A search as a frozen value: one for each order across all its attempts, with its offers inside."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.values import (
    DistrictCode,
    Fare,
    Id,
    OfferOutcome,
    Place,
    Requirements,
    SearchPolicy,
    UtcTime,
)
from services.matching.domain.ground.distance import metres

LONGEST_KEY = 56


class SearchStatus(StrEnum):
    """`closed`: the order needs no driver, or not yet again. `failed`: its time ended without a match."""

    OPEN = "open"
    MATCHED = "matched"
    CLOSED = "closed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer of the order to one driver. `radius_index`: the radius in which the driver was found.

    Distances in metres along the estimated road; `eta_s`: seconds to the pick-up. `outcome` None: open.
    """

    offer_id: Id
    driver_id: Id
    attempt: int
    radius_index: int
    made_at: UtcTime
    expires_at: UtcTime
    pickup_distance_m: int
    trip_distance_m: int
    eta_s: int
    outcome: OfferOutcome | None = None
    closed_at: UtcTime | None = None


@dataclass(frozen=True, slots=True)
class TripRequest:
    """The trip that the order needs a driver for.

    `asked_by` and `trace` link our events to the order's message.

    `takes_s`: how long the driver is bound after the pick-up, where that is longer than the ride.
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

    def straight_m(self) -> float:
        """Straight line from pick-up to drop-off, in metres."""
        return metres(self.pickup.lat, self.pickup.lng, self.dropoff.lat, self.dropoff.lng)


@dataclass(frozen=True, slots=True)
class Search:
    """`sequence`: newest known version of the order; `order_ended`: the version with which it ended.

    `winner`: the accepted offer. `withdrawn`: the reason code with which the present match was withdrawn.
    `since`: when the customer began to wait.
    """

    order_id: Id
    status: SearchStatus
    attempt: int = 0
    sequence: int = 0
    order_ended: int | None = None
    ended_at: UtcTime | None = None
    trip: TripRequest | None = None
    excluded: tuple[Id, ...] = ()
    offers: tuple[Offer, ...] = ()
    winner: Id | None = None
    withdrawn: str | None = None
    since: UtcTime | None = None

    @property
    def open_offers(self) -> tuple[Offer, ...]:
        """The offers without an outcome."""
        return tuple(offer for offer in self.offers if offer.outcome is None)

    @property
    def policy(self) -> SearchPolicy | None:
        """Radii, window and end of the search; None for an order that ended before its search was known."""
        return self.trip.policy if self.trip else None

    @property
    def standby_id(self) -> str | None:
        """The shelter whose queue gets this order."""
        return self.trip.requirements.standby_id if self.trip else None

    def waited_s(self, now: datetime) -> float:
        """Seconds that the customer has waited, across changes of the leader."""
        return max(0.0, (now - self.since).total_seconds()) if self.since is not None else 0.0

    def offer(self, offer_id: str) -> Offer | None:
        """The offer with this id; None without one."""
        return next((offer for offer in self.offers if offer.offer_id == offer_id), None)


def search_key(order_id: str) -> str:
    """The `_id` of an order's search: the order's id, or a digest where it is too long for an offer's id."""
    if len(order_id) <= LONGEST_KEY:
        return order_id
    return f"~{hashlib.blake2b(order_id.encode(), digest_size=16).hexdigest()}"


def offer_id_of(order_id: str, number: int) -> str:
    """The id of the order's n-th offer, at most 64 characters.

    It names its search, so finding it needs no index.
    """
    key = search_key(order_id)
    return f"{key[1:]}-{number}x" if key.startswith("~") else f"{key}-{number}"


def search_key_of_offer(offer_id: str) -> str:
    """The `_id` of the search that an offer's id names, whether or not the offer exists."""
    key = offer_id.rpartition("-")[0]
    return f"~{key}" if offer_id.endswith("x") else key


def answer_deadline(offer: Offer, policy: SearchPolicy) -> datetime:
    """Until when an answer counts: the end of the offer, and a grace for the time that the message takes."""
    return offer.expires_at + timedelta(seconds=policy.grace_s)


def with_offers_closed(search: Search, outcomes: dict[str, OfferOutcome], now: datetime) -> Search:
    """The search with these offers closed, as far as they are open. `outcomes` by offer id."""
    offers = tuple(
        replace(offer, outcome=outcomes[offer.offer_id], closed_at=now)
        if offer.outcome is None and offer.offer_id in outcomes
        else offer
        for offer in search.offers
    )
    return replace(search, offers=offers)


def with_all_offers_closed(search: Search, now: datetime) -> Search:
    """The search without open offers: those whose time is over have expired, the others are withdrawn."""
    outcomes = {
        offer.offer_id: OfferOutcome.EXPIRED if offer.expires_at <= now else OfferOutcome.WITHDRAWN
        for offer in search.open_offers
    }
    return with_offers_closed(search, outcomes, now)
