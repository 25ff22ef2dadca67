"""A driver starts a shift while the previous one runs."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from contracts.requests.drivers import DriverShiftEnded
from tests.support import builders
from tests.unit.matching.city import City
from tests.unit.matching.conftest import RULES

A_MINUTE = timedelta(seconds=61)


@pytest.fixture
def city() -> City:
    """A driver has started a shift."""
    city = City(RULES)
    city.say(builders.a_driver_registered())
    city.say(builders.a_shift_started())
    return city


async def test_a_second_shift_waits_for_the_end_of_the_first_and_is_then_refused(city: City) -> None:
    await city.post.calm(Random(0))
    before = city.drivers.states()["d-7"]
    city.clock.time += timedelta(seconds=1)

    again = city.say(builders.a_shift_started(place={"lat": -8.3, "lng": 114.2}))
    await city.post.calm(Random(0))
    waiting = len(city.post.ladder)
    city.clock.time += A_MINUTE
    await city.post.calm(Random(0))

    assert waiting == 1
    assert [(refusal.message_id, refusal.code) for refusal in city.post.refused] == [
        (again.id, "shift_running")
    ]
    assert city.drivers.states()["d-7"] == before


async def test_a_shift_begins_when_the_end_of_the_previous_one_arrives_late(city: City) -> None:
    await city.post.calm(Random(0))
    ended = city.clock.now() + timedelta(seconds=1)
    city.clock.time += timedelta(seconds=2)

    city.say(builders.a_shift_started(place={"lat": -8.3, "lng": 114.2}))
    await city.post.calm(Random(0))
    city.say(DriverShiftEnded(driver_id="d-7"), at=ended)
    await city.post.calm(Random(0))

    shift = city.drivers.states()["d-7"].shift
    assert city.post.refused == []
    assert shift is not None
    assert shift.lat == -8.3
