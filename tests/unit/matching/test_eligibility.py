"""Who may be asked for an order, and the name of each reason against it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.reasons import INELIGIBLE, NOT_ASKED, REASONS
from contracts.values import Requirements
from services.matching.domain.drivers import driver as facts
from services.matching.domain.drivers.driver import Certification, Live
from services.matching.domain.drivers.eligibility import against, standing
from services.matching.domain.explain.snapshot import Seen, look
from services.matching.domain.searches.lifecycle import without_offers_to
from services.matching.domain.searches.offering import Rules, offered
from tests.support.builders import NOW

MEDICINE = Requirements(certifications=["medicine"])
FRESH = timedelta(seconds=120)
LATER = NOW + timedelta(minutes=1)


def certified(driver: Any, until: date, at: Any = NOW) -> Any:
    return facts.certified(driver, Certification("medicine", "rsud", until), at)


def test_a_certification_opens_the_orders_that_need_it_until_its_last_day(a_driver: Any) -> None:
    assert against(a_driver(), MEDICINE, NOW) == ("not_certified",)
    assert against(certified(a_driver(), date(2026, 11, 24)), MEDICINE, NOW) == ()
    assert against(certified(a_driver(), date(2026, 11, 23)), MEDICINE, NOW) == ("certification_lapsed",)


def test_a_newer_certification_takes_an_older_one_away_and_never_the_other_way_round(a_driver: Any) -> None:
    taken_away = certified(certified(a_driver(), date(2027, 1, 1)), date(2026, 1, 1), LATER)

    assert against(taken_away, MEDICINE, NOW) == ("certification_lapsed",)
    assert certified(taken_away, date(2028, 1, 1), NOW) is None


def test_nobody_fills_a_driver_with_certifications(a_driver: Any) -> None:
    driver = a_driver()
    for number in range(100):
        driver = facts.certified(driver, Certification(f"c-{number}", "rsud", date(2027, 1, 1)), NOW)

    assert len(driver.certifications) == facts.MOST_CERTIFICATIONS


def test_a_driver_in_need_is_not_asked_until_somebody_has_looked_after_him(a_driver: Any) -> None:
    raised = facts.emergency_raised(a_driver(), "em-1")
    assert raised is not None
    assert standing(raised, NOW) == ("emergency",)
    assert facts.emergency_raised(raised, "em-1") is None

    closed = facts.emergency_closed(raised, "em-1")

    assert closed is not None
    assert standing(closed, NOW) == ()
    assert facts.emergency_raised(closed, "em-1") is None


@pytest.mark.parametrize(
    ("changes", "seen", "reasons"),
    [
        ({}, {}, ("others_first",)),
        ({"shift": None}, {}, ("off_shift",)),
        ({"live": Live("o-9", "o-9-1", 1, NOW)}, {}, ("busy",)),
        ({"residence": None, "suspended": True}, {}, ("not_resident", "suspended")),
        ({}, {"at": NOW - timedelta(seconds=121)}, ("stale_position",)),
        ({}, {"away_m": 1001.0}, ("too_far_yet",)),
        ({}, {"driver_id": "d-stranger"}, ("unknown_driver",)),
        ({}, {"asked_elsewhere": {"d-7"}}, ("asked_elsewhere",)),
    ],
)
def test_each_near_driver_is_explained(
    a_search: Any, a_driver: Any, rules: Rules, changes: Any, seen: Any, reasons: tuple[str, ...]
) -> None:
    elsewhere = seen.pop("asked_elsewhere", set())
    near = Seen(**{"driver_id": "d-7", "away_m": 400.4, "at": NOW, **seen})

    found = look(a_search(), 0, [near], {"d-7": a_driver(**changes)}, elsewhere, rules, FRESH, NOW)

    assert (found.attempt, found.round, found.radius_m) == (1, 0, 1000)
    assert [one.reasons for one in found.near] == [reasons]


def test_who_was_asked_is_explained_by_his_offer(a_search: Any, a_driver: Any, rules: Rules) -> None:
    asked = offered(a_search(excluded=("d-8",)), "d-7", 100, 0, rules, NOW)
    near = [Seen(name, 100, NOW) for name in ("d-7", "d-8")]
    drivers = {name: a_driver(driver_id=name) for name in ("d-7", "d-8")}

    found = look(asked, 0, near, drivers, {"d-7"}, rules, FRESH, NOW)

    assert [one.reasons for one in found.near] == [("asked_now",), ("excluded",)]


def test_an_offer_that_we_withdrew_does_not_use_up_a_chance(a_search: Any, rules: Rules) -> None:
    search = a_search()
    for second in range(5):
        search = without_offers_to(
            offered(search, "d-7", 100, 0, rules, NOW + timedelta(seconds=second)), "d-7", NOW
        )

    assert offered(search, "d-7", 100, 0, rules, NOW + timedelta(seconds=9)) is not None


def test_every_reason_has_its_sentence() -> None:
    assert {**INELIGIBLE, **NOT_ASKED}.keys() <= REASONS.keys()
    assert all(reason.sentence.endswith(".") for reason in {**INELIGIBLE, **NOT_ASKED}.values())
