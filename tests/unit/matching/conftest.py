"""Builders of the values of matching."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.matching.domain.drivers.driver import Driver, Paper
from services.matching.domain.searches.offering import OfferRules
from services.matching.domain.searches.search import Search, SearchStatus, TripRequest
from tests.support import builders

RULES = OfferRules(stagger=timedelta(seconds=5), times_asked=2, road_factor=1.3, speed_kmh=25)


def build_search(**changes: Any) -> Search:
    asked = builders.a_search_started(**changes.pop("asked", {}))
    trip = TripRequest(
        service=asked.service,
        pickup=asked.pickup,
        dropoff=asked.dropoff,
        requirements=asked.requirements,
        policy=asked.search,
        fare=asked.fare,
        asked_by="m-1",
    )
    known: dict[str, Any] = {
        "order_id": "o-1",
        "status": SearchStatus.OPEN,
        "attempt": 1,
        "sequence": 1,
        "trip": trip,
    }
    return Search(**{**known, **changes})


def build_driver(**changes: Any) -> Driver:
    registered, place = builders.a_driver_registered(), builders.a_shift_started().place
    known: dict[str, Any] = {
        "driver_id": "d-7",
        "vehicle": registered.vehicle,
        "papers": tuple(Paper(paper.kind.value, paper.valid_until) for paper in registered.papers),
        "residence": builders.a_match_made().residence,
        "shift": place,
    }
    return Driver(**{**known, **changes})


@pytest.fixture
def rules() -> OfferRules:
    return RULES


@pytest.fixture
def a_search() -> Any:
    """`a_search(**changes)`: an open search of one attempt."""
    return build_search


@pytest.fixture
def a_driver() -> Any:
    """`a_driver(**changes)`: an eligible driver on shift."""
    return build_driver
