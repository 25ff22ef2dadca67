"""Positions: which are taken in, and which drivers are found near a point."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.adapters import positions
from services.matching.adapters.position_index import PositionIndex
from services.matching.adapters.positions import Positions
from services.matching.domain.ground.distance import inside_country, metres, metres_between
from services.matching.ports import Circle
from services.runtime.clock import SimulatedClock
from tests.support import builders
from tests.support.builders import NOW

LAT, LNG = st.floats(-8.9, -7.6), st.floats(113.7, 114.7)
PLACES = st.lists(st.tuples(LAT, LNG), max_size=60)
STAND_STILL = SimulatedClock(NOW, 1e-9, NOW)


def an_index(places: list[tuple[float, float]]) -> PositionIndex:
    index = PositionIndex()
    for number, where in enumerate(places):
        index.saw(str(number), *where, NOW.timestamp())
    return index


@given(
    drivers=PLACES,
    points=st.lists(st.tuples(LAT, LNG), max_size=5),
    radius=st.sampled_from([400, 3000, 40_000]),
    enough=st.integers(1, 9),
)
def test_the_nearest_of_each_circle_are_found_and_no_more_than_enough(
    drivers: list[tuple[float, float]], points: list[tuple[float, float]], radius: float, enough: int
) -> None:
    nearby = an_index(drivers).around([Circle(*where, radius) for where in points], NOW, enough)

    for number, spot in enumerate(points):
        away = sorted(
            distance for distance in (metres(*spot, *where) for where in drivers) if distance <= radius
        )
        assert [seen.straight_m for seen in nearby.of(number)] == pytest.approx(away[:enough], abs=0.01)


def test_an_omitted_driver_makes_room_for_the_next_one() -> None:
    index = an_index([(-8.2, 114.3), (-8.2, 114.301), (-8.2, 114.302)])

    nearby = index.around([Circle(-8.2, 114.3, 1000)], NOW, 2, without={"0", "unknown"})

    assert [seen.driver_id for seen in nearby.of(0)] == ["1", "2"]
    assert nearby.of(0)[0].lng == 114.301


def test_of_two_positions_of_one_driver_in_a_message_the_later_one_stays() -> None:
    index = PositionIndex()
    at = NOW.timestamp()

    index.saw_all(
        ["d-1", "d-1", "d-2"], np.array([-8.2, -8.3, -8.4]), np.array([114.3] * 3), np.array([at, at - 5, at])
    )

    assert [seen.lat for seen in index.near(-8.2, 114.3, 50_000, NOW)] == [-8.2, -8.4]


def test_after_forgetting_old_positions_the_others_are_found() -> None:
    index = an_index([(-8.2 - number / 1000, 114.3) for number in range(2000)])
    index.saw_all(
        [str(n) for n in range(0, 2000, 2)],
        np.full(1000, -8.1),
        np.full(1000, 114.3),
        np.full(1000, NOW.timestamp() + 60),
    )

    index.forget_before(NOW.timestamp() + 1)
    index.saw("new", -8.1, 114.3, NOW.timestamp() + 60)

    assert len(index) == 1001
    assert {seen.driver_id for seen in index.near(-8.1, 114.3, 10, NOW)} == {
        "new",
        *(str(n) for n in range(0, 2000, 2)),
    }


@given(st.tuples(LAT, LNG), st.tuples(LAT, LNG))
def test_many_distances_at_once_equal_single_ones(
    here: tuple[float, float], there: tuple[float, float]
) -> None:
    columns = (np.array([value]) for value in (*here, *there))

    assert metres_between(*columns)[0] == pytest.approx(metres(*here, *there), abs=1e-6)


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("future", {"at": NOW + timedelta(minutes=6)}),
        ("nowhere", {"lat": 0, "lng": 0}),
        ("outside", {"lat": 51.5, "lng": -0.1}),
        ("stale", {"at": NOW - timedelta(seconds=1)}),
        ("stale", {"at": NOW - timedelta(days=400)}),
    ],
)
def test_an_impossible_position_is_counted_by_reason_and_dropped(
    reason: str, changes: dict[str, Any]
) -> None:
    index, appeared = PositionIndex(), list[str]()
    taking = Positions(index, STAND_STILL, timedelta(seconds=120), appeared.append)
    taking.reported(builders.a_position_report("d-7"))
    before = {outcome: _count(outcome) for outcome in positions.OUTCOMES}

    taking.reported(builders.a_position_report("d-7", **changes))

    gained = {
        outcome: _count(outcome) - before[outcome]
        for outcome in positions.OUTCOMES
        if _count(outcome) != before[outcome]
    }
    assert gained == {reason: 1}
    assert [(seen.driver_id, seen.lat) for seen in index.near(-8.2101, 114.3739, 10, NOW)] == [
        ("d-7", -8.2101)
    ]
    assert appeared == ["d-7"]


def test_one_impossible_position_does_not_drop_the_others_of_its_message() -> None:
    index, appeared = PositionIndex(), list[str]()
    report = builders.a_position_report("d-1", "d-2", "d-3")
    report.positions[1] = report.positions[1].model_copy(update={"lat": 0.0, "lng": 0.0})

    Positions(index, STAND_STILL, timedelta(seconds=120), appeared.append).reported(report)

    assert appeared == ["d-1", "d-3"]
    assert len(index) == 2


def _count(outcome: str) -> float:
    count: float = positions.POSITIONS.labels(outcome)._value.get()
    return count


@given(
    drivers=st.lists(st.tuples(LAT, LNG), max_size=60),
    lat=LAT,
    lng=LNG,
    radius=st.sampled_from([300, 1000, 3000, 8000, 40_000]),
)
def test_the_index_finds_exactly_the_drivers_within_the_radius(
    drivers: list[tuple[float, float]], lat: float, lng: float, radius: float
) -> None:
    index = PositionIndex()
    for number, where in enumerate(drivers):
        index.saw(str(number), *where, NOW.timestamp())

    found = index.near(lat, lng, radius, NOW)

    away = {str(number): metres(lat, lng, *where) for number, where in enumerate(drivers)}
    assert {seen.driver_id for seen in found} == {
        name for name, distance in away.items() if distance <= radius
    }
    assert [seen.straight_m for seen in found] == sorted(seen.straight_m for seen in found)


def test_a_stale_position_is_not_found_and_an_older_one_not_taken() -> None:
    index = PositionIndex()
    assert index.saw("d-1", -8.2, 114.3, NOW.timestamp())
    assert not index.saw("d-1", -8.3, 114.3, NOW.timestamp() - 1)

    assert [seen.driver_id for seen in index.near(-8.2, 114.3, 100, NOW)] == ["d-1"]
    assert index.near(-8.2, 114.3, 100, NOW + timedelta(seconds=1)) == []
    index.forget_before(NOW.timestamp() + 1)
    assert len(index) == 0


@pytest.mark.parametrize(("lat", "lng", "inside"), [(-8.2, 114.3, True), (0, 0, False), (51.5, -0.1, False)])
def test_a_point_is_inside_or_outside_of_indonesia(lat: float, lng: float, inside: bool) -> None:
    assert inside_country(lat, lng) is inside
