"""Searches and drivers with orders booked ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from contracts.values import Requirements
from services.matching.domain.drivers import commitments, reservations
from services.matching.domain.drivers.driver import Commitment, Driver
from services.matching.domain.searches.offering import offered
from services.matching.domain.searches.search import Search
from tests.support.builders import NOW
from tests.unit.matching.conftest import RULES, build_driver, build_search

ANY = Requirements()


def minutes(number: float) -> datetime:
    """So many minutes after `NOW`."""
    return NOW + timedelta(minutes=number)


def booked(order_id: str, pickup_at: datetime | None, now: datetime = NOW) -> tuple[Search, Commitment]:
    """A search with one offer to d-7, and the commitment of an accept now."""
    search = build_search(order_id=order_id)
    assert search.trip is not None
    policy = search.trip.policy.model_copy(update={"until": now + timedelta(minutes=2)})
    search = replace(search, trip=replace(search.trip, pickup_at=pickup_at, policy=policy))
    asked = offered(search, "d-7", 500, 0, RULES, now)
    assert asked is not None
    return asked, reservations.commitment_for(asked, asked.offers[0], RULES, now)


def reserved(pickup_at: datetime, order_id: str = "o-booked", **changes: Any) -> Driver:
    """A driver with a confirmed reservation."""
    _, commitment = booked(order_id, pickup_at)
    driver = commitments.taken(build_driver(**changes), commitment, ANY, NOW)
    assert driver is not None
    confirmed = commitments.confirmed(driver, order_id, 1)
    assert confirmed is not None
    return confirmed
