"""The events of a change, derived from the states before and after it."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.events.matching import (
    DriverEligibilityChanged,
    DriverReleased,
    MatchFailed,
    MatchMade,
    MatchWithdrawn,
    OfferClosed,
    OfferMade,
)
from contracts.values import Value
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.searches.search import Offer, Search, SearchStatus

NO_DRIVER = "no_driver"


def search_events(before: Search | None, after: Search, chosen: Driver | None = None) -> tuple[Value, ...]:
    """Offers closed and made, then the match or its failure, then its withdrawal.

    `chosen`: the winner's driver.
    """
    return (
        *_offers_closed(before, after),
        *_offers_made(before, after),
        *_match(before, after, chosen),
        *_withdrawal(before, after),
    )


def driver_events(before: Driver | None, after: Driver) -> tuple[Value, ...]:
    """The orders that the driver was released from, then a change of their eligibility."""
    still = {each.order_id for each in after.commitments}
    held = before.commitments if before is not None else ()
    events: list[Value] = [
        DriverReleased(driver_id=after.driver_id, order_id=each.order_id)
        for each in held
        if each.order_id not in still
    ]
    if after.announced is not None and (before is None or before.announced != after.announced):
        reasons = list(after.announced)
        events.append(
            DriverEligibilityChanged(driver_id=after.driver_id, eligible=not reasons, reasons=reasons)
        )
    return tuple(events)


def _offers_closed(before: Search | None, after: Search) -> Iterator[Value]:
    open_before = {offer.offer_id for offer in before.open_offers} if before else set()
    for offer in after.offers:
        if offer.offer_id in open_before and offer.outcome is not None:
            yield OfferClosed(
                offer_id=offer.offer_id,
                order_id=after.order_id,
                driver_id=offer.driver_id,
                outcome=offer.outcome,
            )


def _offers_made(before: Search | None, after: Search) -> Iterator[Value]:
    known = len(before.offers) if before else 0
    for offer in after.offers[known:]:
        yield _offer_made(after, offer)


def _match(before: Search | None, after: Search, chosen: Driver | None) -> Iterator[Value]:
    if before is None or before.status is after.status:
        return
    if after.status is SearchStatus.FAILED:
        yield MatchFailed(order_id=after.order_id, attempt=after.attempt, reason=NO_DRIVER)
    winner = after.offer(after.winner) if after.winner else None
    if (
        after.status is SearchStatus.MATCHED
        and winner is not None
        and chosen is not None
        and chosen.residence is not None
    ):
        yield MatchMade(
            order_id=after.order_id,
            attempt=winner.attempt,
            driver_id=winner.driver_id,
            offer_id=winner.offer_id,
            vehicle=chosen.vehicle,
            residence=chosen.residence,
            eta_s=_eta_s(after, winner),
        )


def _eta_s(search: Search, winner: Offer) -> int:
    """Seconds to the pick-up: the ride there, or the time left until a booked pick-up."""
    booked = search.trip.pickup_at if search.trip else None
    if booked is None or winner.closed_at is None:
        return winner.eta_s
    return max(winner.eta_s, round((booked - winner.closed_at).total_seconds()))


def _withdrawal(before: Search | None, after: Search) -> Iterator[Value]:
    match = after.offer(after.winner) if after.winner else None
    if match is not None and after.withdrawn is not None and (before is None or before.withdrawn is None):
        yield MatchWithdrawn(
            order_id=after.order_id,
            attempt=match.attempt,
            driver_id=match.driver_id,
            offer_id=match.offer_id,
            reason=after.withdrawn,
        )


def _offer_made(search: Search, offer: Offer) -> OfferMade:
    trip = search.trip
    if trip is None:
        message = "an offer needs a trip request"
        raise ValueError(message)
    return OfferMade(
        offer_id=offer.offer_id,
        order_id=search.order_id,
        attempt=offer.attempt,
        driver_id=offer.driver_id,
        expires_at=offer.expires_at,
        pickup_at=trip.pickup_at,
        service=trip.service,
        pickup=trip.pickup,
        dropoff_district=trip.dropoff_district,
        pickup_distance_m=offer.pickup_distance_m,
        trip_distance_m=offer.trip_distance_m,
        requirements=trip.requirements,
        fare=trip.fare,
    )
