"""Waiting at a partner's place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.values import Point, Requirements
from services.matching.adapters.shelters import load
from services.matching.domain.drivers import commitments
from services.matching.domain.drivers import driver as facts
from services.matching.domain.drivers.driver import Live, Standby
from services.matching.domain.drivers.standby import Shelter, candidates, heads, in_order, joined, lost
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


def test_the_first_to_come_is_the_first_in_the_queue_whatever_his_clock_says(a_driver: Any) -> None:
    early = joined(a_driver(driver_id="d-early"), SHELTER, THERE, NOW, NOW)
    late = joined(
        a_driver(driver_id="d-late"), SHELTER, THERE, NOW - timedelta(hours=1), NOW + timedelta(seconds=1)
    )

    assert early is not None
    assert late is not None
    assert [driver.driver_id for driver in in_order([late, early, a_driver()], "rsud")] == [
        "d-early",
        "d-late",
    ]


def test_joining_again_keeps_his_place(a_driver: Any) -> None:
    first = joined(a_driver(), SHELTER, THERE, NOW, NOW)

    assert first is not None
    assert joined(first, SHELTER, THERE, NOW + timedelta(minutes=1), NOW + timedelta(minutes=1)) is None


def test_somebody_whose_position_nobody_knows_may_join(a_driver: Any) -> None:
    assert joined(a_driver(), SHELTER, None, NOW, NOW) is not None


@pytest.mark.parametrize(
    ("changes", "here", "code"),
    [
        ({}, ELSEWHERE, "not_at_standby"),
        ({"shift": None}, THERE, "off_shift"),
        ({"live": Live("o-1", "o-1-1", 1, NOW)}, THERE, "driver_busy"),
        ({"suspended": True}, THERE, "driver_ineligible"),
    ],
)
def test_who_can_not_wait_there_is_refused(a_driver: Any, changes: Any, here: Any, code: str) -> None:
    with pytest.raises(Refused, match=code):
        joined(a_driver(**changes), SHELTER, here, NOW, NOW)


def test_a_place_is_lost_by_declining_taking_an_order_leaving_and_going_home(a_driver: Any) -> None:
    driver = waiting(a_driver, "d-7", 0)

    assert lost(driver, "rsud").standby is None
    assert lost(driver, "another").standby == driver.standby
    assert lost(driver, None).standby == driver.standby
    for after in (
        commitments.taken(driver, Live("o-1", "o-1-1", 1, NOW), Requirements(), NOW),
        facts.standby_left(driver, "rsud", NOW),
        facts.shift_ended(driver, NOW),
        facts.emergency_raised(driver, "em-1"),
    ):
        assert after is not None
        assert after.standby is None
    assert facts.standby_left(driver, "another", NOW) is None


def test_who_cannot_take_it_is_passed_over_and_keeps_his_place(a_driver: Any) -> None:
    queue = [
        waiting(a_driver, "d-1", 0, suspended=True),
        waiting(a_driver, "d-2", 1),
        waiting(a_driver, "d-3", 2),
    ]

    assert [driver.driver_id for driver in candidates(queue, WANTED, NOW)] == ["d-2", "d-3"]


def test_each_order_gets_the_first_who_is_left_and_may_be_asked() -> None:
    declined = {(0, "d-1")}

    pairs = heads(3, ["d-1", "d-2"], lambda order, driver: (order, driver) not in declined)

    assert pairs == [(0, "d-2"), (1, "d-1")]


def test_the_two_hospitals_are_known() -> None:
    assert sorted(load(MatchingSettings().shelters)) == ["rsud-blambangan", "rsud-genteng"]


@pytest.mark.parametrize(
    "text", ["[a]\nlat = 1", "[", "[a b]\n", "['a b']\nname='x'\nlat=1\nlng=1\nreach_m=1"]
)
def test_a_wrong_file_is_named_at_the_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "shelters.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(NotConfigured, match="GANCANG_MATCHING_SHELTERS"):
        load(file)
