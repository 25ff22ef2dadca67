"""The reason codes against an offer to a driver."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.reasons import INELIGIBLE, NOT_ASKED, REASONS
from contracts.values import Requirements
from services.matching.domain.drivers import facts
from services.matching.domain.drivers.driver import Certification, Commitment
from services.matching.domain.drivers.eligibility import ineligibility, ineligibility_for
from services.matching.domain.explain.snapshot import NearbyDriver, take_snapshot
from services.matching.domain.searches.lifecycle import without_offers_to
from services.matching.domain.searches.offering import OfferRules, offered
from tests.support.builders import NOW

MEDICINE = Requirements(certifications=["medicine"])
FRESH = timedelta(seconds=120)
LATER = NOW + timedelta(minutes=1)


def certified(driver: Any, until: date, at: Any = NOW) -> Any:
    return facts.certified(driver, Certification("medicine", "rsud", until), at)


def test_a_certification_is_valid_until_the_end_of_its_last_day(a_driver: Any) -> None:
    assert ineligibility_for(a_driver(), MEDICINE, NOW) == ("not_certified",)
    assert ineligibility_for(certified(a_driver(), date(2026, 11, 24)), MEDICINE, NOW) == ()
    assert ineligibility_for(certified(a_driver(), date(2026, 11, 23)), MEDICINE, NOW) == (
        "certification_lapsed",
    )


def test_a_newer_certification_replaces_an_older_one_and_not_the_reverse(a_driver: Any) -> None:
    taken_away = certified(certified(a_driver(), date(2027, 1, 1)), date(2026, 1, 1), LATER)

    assert ineligibility_for(taken_away, MEDICINE, NOW) == ("certification_lapsed",)
    assert certified(taken_away, date(2028, 1, 1), NOW) is None


def test_the_number_of_certifications_is_bounded(a_driver: Any) -> None:
    driver = a_driver()
    for number in range(100):
        driver = facts.certified(driver, Certification(f"c-{number}", "rsud", date(2027, 1, 1)), NOW)

    assert len(driver.certifications) == facts.MOST_CERTIFICATIONS


def test_a_driver_with_an_open_emergency_is_not_eligible(a_driver: Any) -> None:
    raised = facts.emergency_raised(a_driver(), "em-1")
    assert raised is not None
    assert ineligibility(raised, NOW) == ("emergency",)
    assert facts.emergency_raised(raised, "em-1") is None

    closed = facts.emergency_closed(raised, "em-1")

    assert closed is not None
    assert ineligibility(closed, NOW) == ()
    assert facts.emergency_raised(closed, "em-1") is None


@pytest.mark.parametrize(
    ("changes", "seen", "reasons"),
    [
        ({}, {}, ("others_first",)),
        ({"shift": None}, {}, ("off_shift",)),
        ({"live": Commitment("o-9", "o-9-1", 1, NOW)}, {}, ("busy",)),
        ({"residence": None, "suspended": True}, {}, ("not_resident", "suspended")),
        ({}, {"at": NOW - timedelta(seconds=121)}, ("stale_position",)),
        ({}, {"away_m": 1001.0}, ("too_far_yet",)),
        ({}, {"driver_id": "d-stranger"}, ("unknown_driver",)),
        ({}, {"asked_elsewhere": {"d-7"}}, ("asked_elsewhere",)),
    ],
)
def test_each_nearby_driver_is_explained(
    a_search: Any, a_driver: Any, rules: OfferRules, changes: Any, seen: Any, reasons: tuple[str, ...]
) -> None:
    elsewhere = seen.pop("asked_elsewhere", set())
    near = NearbyDriver(**{"driver_id": "d-7", "away_m": 400.4, "at": NOW, **seen})

    found = take_snapshot(a_search(), 0, [near], {"d-7": a_driver(**changes)}, elsewhere, rules, FRESH, NOW)

    assert (found.attempt, found.radius_index, found.radius_m) == (1, 0, 1000)
    assert [one.reasons for one in found.near] == [reasons]


def test_a_driver_with_an_offer_is_explained_by_it(a_search: Any, a_driver: Any, rules: OfferRules) -> None:
    asked = offered(a_search(excluded=("d-8",)), "d-7", 100, 0, rules, NOW)
    assert asked is not None
    near = [NearbyDriver(name, 100, NOW) for name in ("d-7", "d-8")]
    drivers = {name: a_driver(driver_id=name) for name in ("d-7", "d-8")}

    found = take_snapshot(asked, 0, near, drivers, {"d-7"}, rules, FRESH, NOW)

    assert [one.reasons for one in found.near] == [("asked_now",), ("excluded",)]


def test_a_withdrawn_offer_does_not_count_as_asked(a_search: Any, rules: OfferRules) -> None:
    search = a_search()
    for second in range(5):
        asked = offered(search, "d-7", 100, 0, rules, NOW + timedelta(seconds=second))
        assert asked is not None
        search = without_offers_to(asked, "d-7", NOW)

    assert offered(search, "d-7", 100, 0, rules, NOW + timedelta(seconds=9)) is not None


def test_every_reason_has_a_sentence() -> None:
    assert {**INELIGIBLE, **NOT_ASKED}.keys() <= REASONS.keys()
    assert all(reason.sentence.endswith(".") for reason in {**INELIGIBLE, **NOT_ASKED}.values())
