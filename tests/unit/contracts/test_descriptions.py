"""Every field of every message, and every word of an enumeration, says what it means."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from contracts.publishing.schemas import schemas
from contracts.registry import CONTRACTS
from contracts.speakers import SPEAKERS
from contracts.values import OpenEnum, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = sorted(CONTRACTS)
SCHEMAS = schemas()
ENUMERATIONS = sorted(
    (one for one in OpenEnum.__subclasses__() if one.__module__.startswith("contracts.")), key=str
)
SENTENCE = re.compile(r"[A-Z`0-9].*[.…]|true: .*\.|false: .*\.", re.DOTALL)
FEWEST_WORDS = 3


def fields_of(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of a type and of the values inside it, as (model.field, schema)."""
    schema = SCHEMAS[name]
    for model, part in {schema["title"]: schema, **schema.get("$defs", {})}.items():
        for field, written in part.get("properties", {}).items():
            yield f"{model}.{field}", written


@pytest.mark.parametrize("name", TYPES)
def test_every_field_says_what_it_means(name: str) -> None:
    described = {field: written.get("description", "") for field, written in fields_of(name)}

    assert [field for field, text in described.items() if len(text.split()) < FEWEST_WORDS] == []


@pytest.mark.parametrize("name", TYPES)
def test_a_meaning_is_a_sentence(name: str) -> None:
    described = {field: written.get("description", "") for field, written in fields_of(name)}

    assert [field for field, text in described.items() if not SENTENCE.fullmatch(text)] == []


def test_two_fields_of_different_names_never_share_a_meaning() -> None:
    names: dict[str, set[str]] = defaultdict(set)
    for name in TYPES:
        for field, written in fields_of(name):
            names[written.get("description", "")].add(field.partition(".")[2])

    assert {text: sorted(fields) for text, fields in names.items() if len(fields) > 1} == {}


@pytest.mark.parametrize("name", sorted(SPEAKERS))
def test_a_request_names_the_roles_that_may_say_it(name: str) -> None:
    text = SCHEMAS[name]["properties"]["by"]["description"]

    assert {role for role in Role if f"`{role}`" in text} == SPEAKERS[name]


@pytest.mark.parametrize("enumeration", ENUMERATIONS)
def test_every_word_says_what_it_means(enumeration: type[OpenEnum]) -> None:
    assert [word.value for word in enumeration.known() if not SENTENCE.fullmatch(word.meaning)] == []
