"""Stored documents keep their keys, under any name of the attributes of the domain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from contracts.values import Requirements
from services.matching.adapters.documents import (
    driver_document,
    driver_of,
    search_document,
    search_of,
    snapshot_document,
    snapshot_of,
)
from services.matching.domain.drivers.eligibility import with_announcement
from services.matching.domain.explain.snapshot import Snapshot
from services.matching.domain.searches.offering import OfferRules, offered
from tests.support.builders import NOW
from tests.unit.matching.bookings import minutes, reserved


def test_a_search_is_stored_under_its_first_keys(a_search: Any, rules: OfferRules) -> None:
    search = offered(a_search(), "d-7", 100, 2, rules, NOW)
    assert search is not None

    document = search_document(search)

    assert document.keys() >= {"order_id", "status", "wanted", "offers", "open"}
    assert document["offers"][0]["round"] == 2
    assert search_of(document) == search


def test_a_driver_is_stored_under_their_first_keys() -> None:
    driver = with_announcement(reserved(minutes(60), suspended=False), NOW)
    promised = replace(driver.reserved[0], requirements=Requirements(certifications=["medicine"]))
    driver = replace(driver, reserved=(promised,), live=replace(promised, order_id="o-live"))

    document = driver_document(driver)

    assert (document["told"], document["told_at"]) == ((), NOW)
    assert document["reserved"][0]["asked"]["certifications"] == ["medicine"]
    assert document["live"]["asked"]["certifications"] == ["medicine"]
    assert driver_of(document) == driver


def test_a_snapshot_is_stored_under_its_first_keys() -> None:
    snapshot = Snapshot(NOW, attempt=1, radius_index=3, radius_m=2500)

    document = snapshot_document(snapshot)

    assert document["round"] == 3
    assert snapshot_of(document) == snapshot


def test_reading_changes_no_document(a_search: Any, rules: OfferRules) -> None:
    document = search_document(offered(a_search(), "d-7", 100, 2, rules, NOW) or a_search())
    before = {**document, "offers": [dict(offer) for offer in document["offers"]]}

    search_of(document)

    assert document == {**before, "offers": document["offers"]}
    assert list(document["offers"]) == before["offers"]
