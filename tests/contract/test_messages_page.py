"""docs/asyncapi.html is made from the AsyncAPI document, and says all of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from contracts.enums import OfferOutcome
from contracts.publishing import page
from contracts.publishing.asyncapi import document
from contracts.publishing.baseline import CONTRACTS_FOLDER
from contracts.publishing.fields import Field, fields_of
from contracts.reasons import REASONS
from contracts.registry import CONTRACTS
from contracts.requests.recipients import ChannelKind
from contracts.values import OpenEnum, OrderStatus, Role

if TYPE_CHECKING:
    from pathlib import Path

TEXT = (CONTRACTS_FOLDER.parent / "docs" / "asyncapi.html").read_text(encoding="utf-8")
SCHEMAS: dict[str, dict[str, Any]] = {
    "Place": {
        "title": "Place",
        "properties": {"lat": {"type": "number", "minimum": -90}},
        "required": ["lat"],
        "description": "where",
    },
    "Kind": {"type": "string", "x-extensible-enum": ["a", "b"]},
}


class Links(HTMLParser):
    """Ids and targets of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.ids += [named["id"]] if "id" in named else []
        self.targets += [named[name] for name in ("href", "src") if name in named]


def section(name: str) -> str:
    """The article of this id."""
    return TEXT.partition(f'<article id="{name}">')[2].partition("</article>")[0]


def test_the_committed_page_is_what_an_export_writes() -> None:
    assert page.check(CONTRACTS_FOLDER) == []


def test_an_export_writes_a_missing_page_once(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    contracts = tmp_path / "contracts"

    before, first, second = page.check(contracts), page.export(contracts), page.export(contracts)

    assert [finding.where for finding in before] == ["docs/asyncapi.html"]
    assert (first, second) == ([tmp_path / "docs" / "asyncapi.html"], [])
    assert page.check(contracts) == []


def test_contracts_without_documents_beside_them_have_no_page(tmp_path: Path) -> None:
    assert (page.check(tmp_path / "contracts"), page.export(tmp_path / "contracts")) == ([], [])


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_every_message_has_its_place(name: str) -> None:
    links = Links(TEXT)

    assert links.ids.count(name) == 1
    assert f"#{name}" in links.targets


def test_every_reason_code_is_explained() -> None:
    assert [code for code in REASONS if f">{code}</td>" not in TEXT] == []


@pytest.mark.parametrize("enumeration", [Role, OrderStatus, OfferOutcome, ChannelKind])
def test_every_word_of_an_enumeration_is_explained(enumeration: type[OpenEnum]) -> None:
    explained = section(f"words-{enumeration.__name__}")

    assert [word for word in enumeration.known() if f">{word}</td>" not in explained] == []


def test_a_field_shows_its_meaning_beside_its_form() -> None:
    shown = section("order.requested.v1")

    assert "if it would cost more than this, in whole rupiah; without it any fare is accepted." in shown
    assert re.search(r"order_id.*?<td>id</td>\s*<td>The new order", shown, re.DOTALL)


@pytest.mark.parametrize("name", ["content_type", "delivery_mode", "user_id", "ce-id", "ce-source"])
def test_the_page_says_what_a_publisher_must_set(name: str) -> None:
    required = re.findall(
        r'<span class="parent"></span>([a-z_-]+)<span class="must"', section("headers-request")
    )

    assert name in required + re.findall(
        r'<span class="parent"></span>([a-z_-]+)<span class="must"', section("headers-request-properties")
    )


def test_a_first_request_stands_open_with_properties_and_a_source_like_that_of_the_guide() -> None:
    opened = re.findall(r"<details open>.*?</details>", TEXT, re.DOTALL)

    assert len(opened) == 1
    assert all(word in opened[0] for word in ("a first ride", "/apps/mine", "user_id", "delivery_mode"))


def test_links_stay_inside_the_page() -> None:
    links = Links(TEXT)

    assert len(links.ids) == len(set(links.ids))
    assert {target for target in links.targets if not target.startswith(("#", "data:"))} == set()
    assert {target[1:] for target in links.targets if target.startswith("#")} <= set(links.ids)
    assert re.findall(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", TEXT.partition("<body>")[0]) == []


def test_what_a_document_says_cannot_become_markup() -> None:
    made = document()
    made["info"]["title"] = "<script>alert(1)</script>"

    assert "<script>alert" not in page.render(made)


def test_nested_fields_stand_below_their_parent() -> None:
    schema = {
        "properties": {
            "at": {"$ref": "#/components/schemas/Place"},
            "stops": {"type": "array", "items": {"$ref": "#/x/Place"}},
        },
        "required": ["at"],
    }

    rows = fields_of(schema, SCHEMAS)

    assert [(row.parent + row.name, row.type, row.required) for row in rows] == [
        ("at", "Place", True),
        ("at.lat", "number", True),
        ("stops", "list of Place", False),
        ("stops[].lat", "number", True),
    ]
    assert (rows[0].meaning, rows[1].limits) == ("where", ["≥ -90"])


def test_an_open_enumeration_shows_its_known_words() -> None:
    rows = fields_of({"properties": {"kind": {"anyOf": [{"$ref": "#/x/Kind"}, {"type": "string"}]}}}, SCHEMAS)

    assert rows == [Field("", "kind", "word", required=False, meaning="", words=["a", "b"], limits=[])]


def test_a_pattern_shows_only_where_no_sentence_explains_it() -> None:
    explained = {"type": "string", "pattern": "^a$", "description": "an a"}

    rows = fields_of({"properties": {"one": explained, "two": {"type": "string", "pattern": "^a$"}}}, SCHEMAS)

    assert [row.limits for row in rows] == [[], ["matches ^a$"]]
