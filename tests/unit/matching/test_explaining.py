"""The explanation of an open search and of an ended one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from contracts.values import OfferOutcome
from services.matching.domain.drivers.driver import Commitment
from services.matching.domain.explain.explanation import Surroundings, explain_search
from services.matching.domain.explain.snapshot import DriverSnapshot, Snapshot
from services.matching.domain.searches.offering import offered
from services.matching.domain.searches.search import SearchStatus, with_offers_closed
from tests.support.builders import NOW

FRESH = timedelta(seconds=120)
LATER = NOW + timedelta(seconds=10)


def a_look(*driver_ids: str, **changes: Any) -> Snapshot:
    near = tuple(DriverSnapshot(driver_id, 300, NOW, ("others_first",), 60) for driver_id in driver_ids)
    return Snapshot(**{"at": NOW, "attempt": 1, "radius_index": 0, "radius_m": 1000, "near": near, **changes})


def told(explanation: Any) -> dict[str, tuple[str, ...]]:
    return {each.driver_id: each.reasons for each in explanation.drivers}


def test_an_open_search_is_explained_as_of_now(a_search: Any, a_driver: Any, rules: Any) -> None:
    drivers = {
        "d-free": a_driver(driver_id="d-free"),
        "d-took": a_driver(driver_id="d-took", live=Commitment("o-9", "o-9-1", 1, LATER)),
        "d-booked": a_driver(
            driver_id="d-booked",
            reserved=(Commitment("o-8", "o-8-1", 1, LATER, confirmed=True, starts_at=LATER),),
        ),
        "d-asked": a_driver(driver_id="d-asked"),
        "d-elsewhere": a_driver(driver_id="d-elsewhere"),
    }
    search = offered(a_search(), "d-asked", 300, 0, rules, LATER)
    assert search is not None
    around = Surroundings((a_look(*drivers, "d-unknown"),), drivers, {"d-elsewhere", "d-asked"})

    found = explain_search(search, around, rules, FRESH, LATER)

    assert found.live
    assert told(found) == {
        "d-asked": ("asked_now",),
        "d-booked": ("reserved",),
        "d-elsewhere": ("asked_elsewhere",),
        "d-free": ("others_first",),
        "d-took": ("busy",),
        "d-unknown": ("unknown_driver",),
    }


def test_a_position_stays_as_old_as_in_the_snapshot(a_search: Any, a_driver: Any, rules: Any) -> None:
    near = (
        DriverSnapshot("d-7", 300, NOW - timedelta(seconds=119)),
        DriverSnapshot("d-8", 300, NOW - timedelta(seconds=121)),
    )
    drivers = {name: a_driver(driver_id=name) for name in ("d-7", "d-8")}

    found = explain_search(a_search(), Surroundings((a_look(near=near),), drivers), rules, FRESH, LATER)

    assert told(found) == {"d-7": ("others_first",), "d-8": ("stale_position",)}


def test_a_driver_with_an_offer_who_left_is_explained_without_a_distance(
    a_search: Any, a_driver: Any, rules: Any
) -> None:
    search = offered(a_search(), "d-7", 300, 0, rules, NOW)
    assert search is not None
    declined = with_offers_closed(search, {search.open_offers[0].offer_id: OfferOutcome.DECLINED}, NOW)

    found = explain_search(
        declined, Surroundings((a_look("d-8"),), {"d-7": a_driver(), "d-8": a_driver()}), rules, FRESH, LATER
    )

    assert [(each.driver_id, each.away_m, each.reasons) for each in found.drivers] == [
        ("d-8", 300, ("others_first",)),
        ("d-7", None, ("declined",)),
    ]


def test_a_snapshot_of_an_earlier_attempt_does_not_count_for_an_open_search(
    a_search: Any, rules: Any
) -> None:
    found = explain_search(a_search(attempt=2), Surroundings((a_look("d-7"),), {}), rules, FRESH, LATER)

    assert (found.drivers, found.radius_m, found.looked_at) == ((), None, NOW)


def test_an_ended_search_is_explained_by_its_snapshots(a_search: Any, a_driver: Any, rules: Any) -> None:
    asked = offered(a_search(), "d-7", 300, 0, rules, NOW)
    assert asked is not None
    ended = replace(asked, status=SearchStatus.FAILED, ended_at=LATER)
    wider = a_look("d-7", "d-9", at=LATER, radius_index=1, radius_m=1500)
    went_home = {name: a_driver(driver_id=name, shift=None) for name in ("d-7", "d-8", "d-9")}

    found = explain_search(
        ended, Surroundings((wider, a_look("d-7", "d-8")), went_home), rules, FRESH, LATER + timedelta(days=1)
    )

    assert (found.live, found.radius_m, found.looked_at) == (False, 1500, LATER)
    assert told(found) == {"d-7": (), "d-8": ("others_first",), "d-9": ("others_first",)}
