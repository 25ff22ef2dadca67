"""Published types may only grow, consumed types may only loosen."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from contracts.publishing.compatibility import compare
from contracts.publishing.pairs import Difference
from contracts.registry import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable

Schema = dict[str, Any]

OLD: Schema = {
    "type": "object",
    "description": "Somebody goes somewhere.",
    "required": ["id", "place"],
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 9},
        "fee": {"type": "integer", "minimum": 0, "maximum": 100},
        "kind": {"type": "string", "x-extensible-enum": ["in", "out"]},
        "place": {"$ref": "#/$defs/Place"},
        "stops": {"type": "array", "items": {"$ref": "#/$defs/Place"}, "maxItems": 3},
        "tell": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    },
    "$defs": {"Place": {"type": "object", "required": ["lat"], "properties": {"lat": {"type": "number"}}}},
}


def place(schema: Schema) -> Schema:
    found: Schema = schema["$defs"]["Place"]
    return found


def fields(schema: Schema) -> Schema:
    found: Schema = schema["properties"]
    return found


# name: (change, pointer, does it break readers of a published type, does it break writers of a consumed one)
CHANGES: dict[str, tuple[Callable[[Schema], object], str, bool, bool]] = {
    "an optional field is added": (
        lambda s: fields(s).update(more={"type": "string"}),
        "/more",
        False,
        False,
    ),
    "a required field is added": (
        lambda s: (fields(s).update(more={"type": "string"}), s["required"].append("more")),
        "/more",
        False,
        True,
    ),
    "a field is removed": (lambda s: fields(s).pop("fee"), "/fee", True, True),
    "a required field becomes optional": (lambda s: s["required"].remove("id"), "/id", True, False),
    "an optional field becomes required": (lambda s: s["required"].append("fee"), "/fee", False, True),
    "a type is widened": (lambda s: fields(s)["fee"].update(type="number"), "/fee", True, False),
    "a type is narrowed": (
        lambda s: place(s)["properties"]["lat"].update(type="integer"),
        "/place/lat",
        False,
        True,
    ),
    "a type is replaced by another": (lambda s: fields(s)["fee"].update(type="string"), "/fee", True, True),
    "an upper limit rises": (lambda s: fields(s)["fee"].update(maximum=200), "/fee", True, False),
    "an upper limit falls": (lambda s: fields(s)["fee"].update(maximum=50), "/fee", False, True),
    "an upper limit goes": (lambda s: fields(s)["id"].pop("maxLength"), "/id", True, False),
    "a lower limit rises": (lambda s: fields(s)["fee"].update(minimum=1), "/fee", False, True),
    "a lower limit falls": (lambda s: fields(s)["fee"].update(minimum=-1), "/fee", True, False),
    "a list may be longer": (lambda s: fields(s)["stops"].update(maxItems=5), "/stops", True, False),
    "a pattern changes": (lambda s: fields(s)["id"].update(pattern="^[A-Z]+$"), "/id", True, True),
    "a pattern goes": (lambda s: fields(s)["id"].pop("pattern"), "/id", True, False),
    "a pattern comes": (lambda s: fields(s)["kind"].update(pattern="^[a-z]+$"), "/kind", False, True),
    "a word comes": (
        lambda s: fields(s)["kind"].update({"x-extensible-enum": ["in", "out", "up"]}),
        "/kind",
        False,
        False,
    ),
    "a word goes": (lambda s: fields(s)["kind"].update({"x-extensible-enum": ["in"]}), "/kind", True, True),
    "an alternative comes": (
        lambda s: fields(s)["tell"]["anyOf"].append({"type": "null"}),
        "/tell",
        True,
        False,
    ),
    "an alternative goes": (lambda s: fields(s)["tell"]["anyOf"].pop(), "/tell", False, True),
    "a nested field is removed": (lambda s: place(s)["properties"].pop("lat"), "/place/lat", True, True),
    "a field of a list's item is required": (
        lambda s: fields(s)["stops"].update(
            items={
                **place(s),
                "required": ["lat", "lng"],
                "properties": {"lat": {"type": "number"}, "lng": {}},
            }
        ),
        "/stops/*/lng",
        False,
        True,
    ),
    "the object is closed": (lambda s: s.update(additionalProperties=False), "", False, True),
    "a keyword comes that no rule judges": (
        lambda s: fields(s)["id"].update(contentEncoding="base64"),
        "/id",
        True,
        True,
    ),
    "the wording changes": (lambda s: s.update(description="Somebody leaves."), "", False, False),
    "a default changes": (lambda s: fields(s)["fee"].update(default=3), "", False, False),
}


def differences(exchange: Exchange, change: Callable[[Schema], object]) -> list[Difference]:
    old = {**copy.deepcopy(OLD), "x-exchange": exchange.value}
    new = copy.deepcopy(old)
    change(new)
    return compare(old, new)


@pytest.mark.parametrize("name", CHANGES)
def test_a_published_type_may_only_grow(name: str) -> None:
    change, pointer, breaking, _ = CHANGES[name]

    found = differences(Exchange.EVENTS, change)

    assert pointer in {difference.pointer for difference in found}
    assert any(difference.breaking for difference in found) is breaking


@pytest.mark.parametrize("name", CHANGES)
def test_a_consumed_type_may_only_loosen(name: str) -> None:
    change, pointer, _, breaking = CHANGES[name]

    found = differences(Exchange.REQUESTS, change)

    assert pointer in {difference.pointer for difference in found}
    assert any(difference.breaking for difference in found) is breaking


@pytest.mark.parametrize("exchange", Exchange)
def test_equal_schemas_have_no_difference(exchange: Exchange) -> None:
    assert differences(exchange, lambda schema: schema) == []


def test_a_type_may_not_change_its_exchange() -> None:
    found = differences(
        Exchange.EVENTS, lambda schema: schema.update({"x-exchange": Exchange.CONFIDENTIAL.value})
    )

    assert [(difference.pointer, difference.breaking) for difference in found] == [("", True)]


def test_a_name_that_is_required_without_being_described_counts_as_well() -> None:
    found = differences(Exchange.REQUESTS, lambda schema: place(schema)["required"].append("lng"))

    assert [(difference.pointer, difference.breaking) for difference in found] == [
        ("/place/lng", True),
        ("/stops/*/lng", True),
    ]


def test_a_change_in_a_shared_model_is_found_at_each_use() -> None:
    found = differences(
        Exchange.REQUESTS, lambda schema: place(schema)["properties"]["lat"].update(maximum=90)
    )

    assert [difference.pointer for difference in found if difference.breaking] == [
        "/place/lat",
        "/stops/*/lat",
    ]
