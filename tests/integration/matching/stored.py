"""Searches and drivers written straight into the database, where no message leads to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.matching.adapters.kinds import driver_kind, search_kind
from services.matching.domain.drivers.driver import Driver, Paper
from services.matching.domain.searches.search import Offer, Search, SearchStatus, TripRequest, offer_id_of
from tests.support import builders


async def many_offers(town: Any, order_id: str, count: int) -> None:
    """Store a search with many open offers: the contract allows only ten."""
    now = town.clock.now()
    offers = tuple(
        _offer(offer_id_of(order_id, number + 1), f"d-{number}", now, window_s=600) for number in range(count)
    )
    await _store(town, _search(order_id, offers, now), [_driver(f"d-{number}") for number in range(count)])


async def give_offer(town: Any, order_id: str, driver_id: str, window_s: int = 600) -> str:
    now = town.clock.now()
    offer = _offer(offer_id_of(order_id, 1), driver_id, now, window_s)
    await _store(town, _search(order_id, (offer,), now), [_driver(driver_id)])
    return offer.offer_id


async def _store(town: Any, search: Search, drivers: list[Driver]) -> None:
    encode_search, encode_driver = search_kind(None).encode, driver_kind(timedelta(seconds=10)).encode
    document = {"_id": search.order_id, "version": 1, "state": encode_search(search)}
    await town.database["searches"].insert_one(document)
    for driver in drivers:
        fresh = {"$setOnInsert": {"version": 1, "state": encode_driver(driver)}}
        await town.database["drivers"].update_one({"_id": driver.driver_id}, fresh, upsert=True)


def _driver(driver_id: str) -> Driver:
    registered = builders.a_driver_registered()
    papers = tuple(Paper(paper.kind.value, paper.valid_until) for paper in registered.papers)
    residence = builders.a_match_made().residence
    place = builders.a_shift_started().place
    return Driver(
        driver_id,
        registered.vehicle,
        papers,
        residence=residence,
        shift=place,
        announced=(),
        announced_at=builders.NOW,
    )


def _offer(offer_id: str, driver_id: str, now: Any, window_s: int) -> Offer:
    return Offer(offer_id, driver_id, 1, 0, now, now + timedelta(seconds=window_s), 130, 2000, 19)


def _search(order_id: str, offers: tuple[Offer, ...], now: Any) -> Search:
    asked = builders.a_search_started(search={**builders.SEARCH, "until": now + timedelta(seconds=3000)})
    trip = TripRequest(
        service="ride",
        pickup=asked.pickup,
        dropoff=asked.dropoff,
        requirements=asked.requirements,
        policy=asked.search,
        fare=asked.fare,
        asked_by="m-0",
    )
    return replace(Search(order_id, SearchStatus.OPEN, 1, 1, trip=trip), offers=offers)
