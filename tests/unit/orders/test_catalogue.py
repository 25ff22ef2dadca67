"""A wrong catalogue is refused with file, line and key."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from services.orders.adapters.catalogue import load
from services.orders.settings import BUILT_IN
from services.runtime.errors import NotConfigured

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "catalogue"
    shutil.copytree(BUILT_IN, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def test_a_new_service_is_one_more_file(folder: Path) -> None:
    shutil.copy(folder / "ride.toml", folder / "library_books.toml")

    assert set(load(folder).services) - set(load(BUILT_IN).services) == {"library_books"}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("priority = 5", "priority = 55", "ride.toml line 3: is wrong at priority"),
        ("life_s = 120", 'life_s = "long"', "ride.toml line 23: is wrong at search.town.life_s"),
        ("priority = 5", "priority = 5\ncolour = 1", "ride.toml line 4: is wrong at colour"),
        (
            "order.unserved.v1",
            "order.vanished.v1",
            "ride.toml line [0-9]+: .*unknown event order.vanished.v1",
        ),
        ("priority = 5", "priority 5", "ride.toml is not valid TOML"),
    ],
)
def test_an_error_names_the_file_and_the_key(folder: Path, old: str, new: str, problem: str) -> None:
    path = folder / "ride.toml"
    path.write_text(path.read_text().replace(old, new, 1))

    with pytest.raises(NotConfigured, match=problem):
        load(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        (
            "ride",
            '= ["customer", "driver"]',
            '= ["customer", "mayor"]',
            "order.driver_assigned.v1: unknown audience mayor",
        ),
        (
            "document",
            '"order.code_issued.v1" = ["recipient"]\n',
            "",
            "line [0-9]+: is wrong at proof.dropoff: a code has to be shown",
        ),
        ("document", "required = true", "required = false", "proof.pickup: an envelope has to be shown"),
        (
            "document",
            'requires = ["agency", "recipient"]',
            'requires = ["recipient"]',
            "attempts.then_back_to: goods go back",
        ),
        (
            "medicine",
            'then_back_to = "sender"',
            'then_back_to = "agency"',
            "attempts.then_back_to: goods go back",
        ),
        (
            "urgent",
            'when = { triage = "critical" }',
            'when = { triage = "dire" }',
            "no .details.triage. can be 'dire'",
        ),
        (
            "urgent",
            'when = { triage = "critical" }',
            "when = { danger = true }",
            "no .details.danger. can be True",
        ),
        (
            "urgent",
            'reason = "call_112"',
            'reason = "call_mum"',
            "unserved.reason: unknown reason call_mum",
        ),
        ("parcel", 'type = "number"', 'type = "heavy"', "details.weight_kg.type"),
        (
            "document",
            '"[A-Za-z0-9_-]{4,64}"',
            '"[A-Z"',
            "details.envelope.pattern: is not a regular expression",
        ),
        ("document", 'pickup = ["envelope"]', 'pickup = ["code"]', "proof.pickup.0"),
    ],
    ids=lambda value: value[:20],
)
def test_a_service_that_could_never_work_is_refused(
    folder: Path, name: str, old: str, new: str, problem: str
) -> None:
    path = folder / f"{name}.toml"
    path.write_text(path.read_text().replace(old, new, 1))

    with pytest.raises(NotConfigured, match=rf"{name}.toml line [0-9]+: is wrong at .*{problem}|{problem}"):
        load(folder)


def test_a_service_that_announces_proposals_announces_refused_changes_too() -> None:
    asked = {
        name: service
        for name, service in load(BUILT_IN).services.items()
        if service.policy.told_of("order.change_proposed.v1")
    }

    assert asked.keys() >= {"food", "parcel", "ride"}
    assert {service.policy.told_of("order.change_refused.v1") for service in asked.values()} == {
        ("customer",)
    }


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="GANCANG_CATALOGUE"):
        load(tmp_path / "nowhere")
