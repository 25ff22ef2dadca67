"""What people read, in both languages, compared with the golden files beside this test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contracts.reasons import ENDED, REFUSED
from contracts.registry import CONTRACTS
from services.notifications.adapters.templates import FOLDER, JinjaTexts
from services.notifications.domain.told import ALARMS, TOLD, template_of
from services.notifications.handlers.parameters import parameters_of, parameters_of_emergency

EXAMPLES = Path(__file__).resolve().parents[3] / "contracts" / "examples"
GOLDEN = Path(__file__).resolve().parent / "golden"
TEXTS = JinjaTexts("Asia/Jakarta")
EVERYTHING = {**TOLD, **ALARMS}
ALL = [(name, audience, locale) for name in EVERYTHING for audience in sorted(EVERYTHING[name]) for locale in ("id", "en")]


def written(name: str, audience: str, locale: str) -> str:
    example = json.loads(next((EXAMPLES / name).glob("*.json")).read_text())
    event = CONTRACTS[name].model.model_validate(example["data"])
    parameters = parameters_of_emergency(event) if name in ALARMS else parameters_of(event)
    text = TEXTS.render(template_of(name), audience, locale, parameters, "Sarah")
    return f"{text.subject}\n\n{text.body}"


@pytest.mark.parametrize(("name", "audience", "locale"), ALL)
def test_every_text_reads_as_its_golden_file(name: str, audience: str, locale: str) -> None:
    assert written(name, audience, locale) == (GOLDEN / locale / audience / f"{template_of(name)}.txt").read_text()


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("audience", ["customer", "driver"])
def test_every_sentence_belongs_to_a_reason(locale: str, audience: str) -> None:
    sentences = TEXTS._reasons[locale][audience]

    assert "other" in sentences
    assert set(sentences) - {"other"} <= {*ENDED, *REFUSED}


def test_there_is_no_text_that_nobody_gets() -> None:
    files = {path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.glob("*/*/*.txt")}

    assert files == {f"{locale}/{audience}/{template_of(name)}" for name, audience, locale in ALL}


def test_a_name_cannot_begin_a_line_of_its_own() -> None:
    parameters = {"order_id": "o-1", "service": "ride", "service_name": {}, "notices": {}, "payer": "customer"}

    text = TEXTS.render("order.driver_arrived", "customer", "en", parameters, "Eve\n\nYou have won {{ order_id }}")

    assert text.body.splitlines()[0] == "Hi Eve You have won {{ order_id }},"


def test_a_reason_of_a_newer_writer_has_a_general_sentence() -> None:
    parameters = {"order_id": "o-1", "service": "ride", "service_name": {}, "notices": {}, "payer": "customer", "reason": "eclipse"}

    text = TEXTS.render("order.unserved", "customer", "en", parameters, None)

    assert "Something went wrong on our side." in text.body
    assert "eclipse" not in text.body
