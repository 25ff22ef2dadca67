"""Waiting at a shelter."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.values import Point, Requirements
from services.matching.adapters.shelters import load
from services.matching.domain.drivers import commitments, facts
from services.matching.domain.drivers.driver import Commitment, Standby
from services.matching.domain.drivers.standby import (
    Shelter,
    askable,
    first_in_line,
    joined,
    lost_place,
    queue_at,
)
from services.matching.domain.errors import Refused
from services.matching.settings import MatchingSettings
from services.runtime.errors import NotConfigured
from tests.support.builders import NOW

SHELTER = Shelter("rsud", "RSUD", Point(lat=-8.2106, lng=114.3745), 300)
THERE, ELSEWHERE = (-8.2107, 114.3745), (-8.2190, 114.3691)
WANTED = Requirements(standby_id="rsud")


def waiting(a_driver: Any, name: str, minutes: int, **changes: Any) -> Any:
    standby = Standby("rsud", NOW + timedelta(minutes=minutes))
    return a_driver(**{"driver_id": name, "standby": standby, **changes})


def test_the_order_of_arrival_decides_the_queue_and_not_the_senders_clock(a_driver: Any) -> None:
    early = joined(a_driver(driver_id="d-early"), SHELTER, THERE, NOW, NOW)
    late = joined(
        a_driver(driver_id="d-late"), SHELTER, THERE, NOW - timedelta(hours=1), NOW + timedelta(seconds=1)
    )

    assert early is not None
    assert late is not None
    assert [driver.driver_id for driver in queue_at([late, early, a_driver()], "rsud")] == [
        "d-early",
        "d-late",
    ]


def test_joining_again_keeps_the_place(a_driver: Any) -> None:
    first = joined(a_driver(), SHELTER, THERE, NOW, NOW)

    assert first is not None
    assert joined(first, SHELTER, THERE, NOW + timedelta(minutes=1), NOW + timedelta(minutes=1)) is None


def test_a_driver_without_a_known_position_may_join(a_driver: Any) -> None:
    assert joined(a_driver(), SHELTER, None, NOW, NOW) is not None


@pytest.mark.parametrize(
    ("changes", "here", "code"),
    [
        ({}, ELSEWHERE, "not_at_standby"),
        ({"shift": None}, THERE, "off_shift"),
        ({"live": Commitment("o-1", "o-1-1", 1, NOW)}, THERE, "driver_busy"),
        ({"suspended": True}, THERE, "driver_ineligible"),
    ],
)
def test_a_driver_who_may_not_wait_there_is_refused(
    a_driver: Any, changes: Any, here: Any, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        joined(a_driver(**changes), SHELTER, here, NOW, NOW)


def test_declining_taking_an_order_leaving_and_the_end_of_the_shift_lose_the_place(a_driver: Any) -> None:
    driver = waiting(a_driver, "d-7", 0)

    assert lost_place(driver, "rsud").standby is None
    assert lost_place(driver, "another").standby == driver.standby
    assert lost_place(driver, None).standby == driver.standby
    for after in (
        commitments.taken(driver, Commitment("o-1", "o-1-1", 1, NOW), Requirements(), NOW),
        facts.standby_left(driver, "rsud", NOW),
        facts.shift_ended(driver, NOW),
        facts.emergency_raised(driver, "em-1"),
    ):
        assert after is not None
        assert after.standby is None
    assert facts.standby_left(driver, "another", NOW) is None


def test_a_driver_who_cannot_take_the_order_is_passed_over_and_keeps_the_place(a_driver: Any) -> None:
    queue = [
        waiting(a_driver, "d-1", 0, suspended=True),
        waiting(a_driver, "d-2", 1),
        waiting(a_driver, "d-3", 2),
    ]

    assert [driver.driver_id for driver in askable(queue, WANTED, NOW)] == ["d-2", "d-3"]


def test_each_order_gets_the_first_driver_left_who_may_be_asked() -> None:
    declined = {(0, "d-1")}

    pairs = first_in_line(3, ["d-1", "d-2"], lambda order, driver: (order, driver) not in declined)

    assert pairs == [(0, "d-2"), (1, "d-1")]


def test_the_two_hospitals_are_known() -> None:
    assert sorted(load(MatchingSettings().shelters)) == ["rsud-blambangan", "rsud-genteng"]


@pytest.mark.parametrize(
    "text", ["[a]\nlat = 1", "[", "[a b]\n", "['a b']\nname='x'\nlat=1\nlng=1\nreach_m=1"]
)
def test_an_invalid_shelter_file_is_refused_at_the_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "shelters.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(NotConfigured, match="GANCANG_MATCHING_SHELTERS"):
        load(file)
