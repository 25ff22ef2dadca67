"""The committed schemas, AsyncAPI document and golden examples, against the models and the standards."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from contracts.codec import SCHEMA_ROOT, STRUCTURED, body_of, parse, read
from contracts.publishing import asyncapi, baseline
from contracts.publishing.examples import EXAMPLES, Example, examples_of, present, sealed
from contracts.publishing.schemas import DIALECT
from contracts.registry import CONTRACTS, TYPE_OF, Exchange

ROOT = Path(__file__).parents[2]
SCHEMAS = baseline.CONTRACTS_FOLDER / "schemas"
OFFICIAL = ROOT / ".gancang" / "dev" / "asyncapi" / "package" / "schemas" / "3.0.0.json"
GOLDEN = [example for name in sorted(CONTRACTS) for example in examples_of(name)]
TYPES = sorted(CONTRACTS)


def schema_of(name: str) -> dict[str, Any]:
    committed: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return committed


def by_name(example: Example) -> str:
    return f"{example.type}/{example.name}"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The committed AsyncAPI document."""
    read_again: dict[str, Any] = yaml.safe_load(
        (baseline.CONTRACTS_FOLDER / "asyncapi.yaml").read_text(encoding="utf-8")
    )
    return read_again


def test_the_committed_files_are_what_the_models_say() -> None:
    assert baseline.check() == []


def test_two_exports_are_equal_to_the_byte(tmp_path: Path) -> None:
    baseline.export(tmp_path / "one")
    baseline.export(tmp_path / "two")

    files = sorted(file.relative_to(tmp_path / "one") for file in (tmp_path / "one").rglob("*.*"))
    assert len(files) == len(CONTRACTS) + 1
    assert all(
        (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes() for file in files
    )


@pytest.mark.parametrize("name", TYPES)
def test_a_committed_schema_is_valid_and_open(name: str) -> None:
    schema = schema_of(name)

    Draft202012Validator.check_schema(schema)
    assert (schema["$schema"], schema["$id"]) == (DIALECT, SCHEMA_ROOT + name)
    assert '"additionalProperties": false' not in json.dumps(schema)
    assert '"enum"' not in json.dumps(schema)


def test_the_document_has_the_version_of_the_project(document: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert document["info"]["version"] == project["version"]


def test_every_message_says_which_properties_it_has(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    named = {
        name: message["x-amqp-properties"]["$ref"].rpartition("/")[2]
        for name, message in document["components"]["messages"].items()
    }

    assert {name: schema == "RequestProperties" for name, schema in named.items()} == {
        name: CONTRACTS[name].is_request for name in TYPES
    }
    assert schemas["RequestProperties"]["required"] == ["content_type", "delivery_mode", "user_id"]


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_a_sentence_a_schema_and_an_example(name: str) -> None:
    contract = CONTRACTS[name]

    assert (contract.model.__dict__.get("__doc__") or "").strip()
    assert contract.type == name
    assert contract.about == "" or contract.about in contract.model.model_fields
    assert (SCHEMAS / f"{name}.json").exists()
    assert examples_of(name)


def test_every_model_has_one_type() -> None:
    assert len(TYPE_OF) == len(CONTRACTS)


@pytest.mark.parametrize("name", TYPES)
def test_a_model_lives_in_the_folder_of_who_writes_it(name: str) -> None:
    contract = CONTRACTS[name]
    folder = "requests" if contract.exchange is Exchange.REQUESTS else "events"

    assert contract.model.__module__.startswith(f"contracts.{folder}.")


@pytest.mark.parametrize("example", GOLDEN, ids=by_name)
def test_a_golden_example_still_reads_and_writes_as_it_was(example: Example) -> None:
    received = datetime(2026, 11, 24, tzinfo=UTC)

    message = parse(read({}, json.dumps(example.event).encode(), STRUCTURED, received))

    assert message.type == example.type
    assert message.subject == example.event.get("subject")
    assert within(example.event["data"], json.loads(body_of(message.data)))


def within(said: Any, kept: Any) -> bool:
    """Whether everything that is said was kept; defaults may have been filled in."""
    if isinstance(said, dict):
        return all(name in kept and within(value, kept[name]) for name, value in said.items())
    if isinstance(said, list):
        return len(said) == len(kept) and all(map(within, said, kept))
    return bool(said == kept)


@pytest.mark.parametrize("example", GOLDEN, ids=by_name)
def test_a_golden_example_fits_todays_schema(example: Example) -> None:
    Draft202012Validator(schema_of(example.type), format_checker=FormatChecker()).validate(
        example.event["data"]
    )


@pytest.mark.parametrize("example", GOLDEN, ids=by_name)
def test_what_we_write_today_fits_the_schema(example: Example) -> None:
    data = CONTRACTS[example.type].model.model_validate(example.event["data"])

    Draft202012Validator(schema_of(example.type), format_checker=FormatChecker()).validate(
        json.loads(body_of(data))
    )


def test_no_golden_example_was_changed_or_removed() -> None:
    assert present() == sealed()
    assert {path.partition("/")[0] for path in sealed()} == set(CONTRACTS)


def test_the_examples_tell_a_few_stories_that_hang_together() -> None:
    ids = [example.event["id"] for example in GOLDEN]
    causes = {example.event["causationid"] for example in GOLDEN if "causationid" in example.event}
    orders = {example.event["data"]["order_id"] for example in GOLDEN if "order_id" in example.event["data"]}

    assert len(ids) == len(set(ids))
    assert orders == {"o-1", "o-2", "o-3", "o-4", "o-5", "o-6"}  # ride, food, document, ijen, urgent, parcel
    assert causes - set(ids) <= {"req-11"}  # the one that was no valid request


def test_the_asyncapi_document_is_valid_by_the_official_schema(document: dict[str, Any]) -> None:
    validator = official_validator()

    assert [error.message for error in validator.iter_errors(document)] == []


@pytest.mark.parametrize("part", ["asyncapi", "action", "binding", "address"])
def test_the_official_schema_would_notice_a_mistake(document: dict[str, Any], part: str) -> None:
    validator = official_validator()
    broken = json.loads(json.dumps(document))
    channel, operation = (
        broken["channels"]["order.requested.v1"],
        broken["operations"]["send.order.requested.v1"],
    )
    spoil = {
        "asyncapi": lambda: broken.update(asyncapi="9.0.0"),
        "action": lambda: operation.update(action="shout"),
        "binding": lambda: channel["bindings"]["amqp"]["exchange"].update(type="loop"),
        "address": lambda: channel.update(address=7),
    }

    spoil[part]()

    assert not validator.is_valid(broken)


def official_validator() -> Draft7Validator:
    if not OFFICIAL.exists():
        pytest.skip(
            "the official AsyncAPI schema is not set up in .gancang/dev/asyncapi (npm's @asyncapi/specs)"
        )
    return Draft7Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))


def test_no_reference_of_the_document_has_siblings_that_a_viewer_would_ignore(
    document: dict[str, Any],
) -> None:
    assert [part for part in parts_of(document) if "$ref" in part and len(part) > 1] == []


def parts_of(part: Any) -> list[dict[str, Any]]:
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return ([part] if isinstance(part, dict) else []) + [each for value in inner for each in parts_of(value)]


def test_every_reference_of_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(references_in(document))

    assert references
    assert [reference for reference in references if not leads_somewhere(document, reference)] == []


def references_in(part: Any) -> list[str]:
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    own = [part["$ref"]] if isinstance(part, dict) and isinstance(part.get("$ref"), str) else []
    return own + [reference for value in inner for reference in references_in(value)]


def leads_somewhere(document: dict[str, Any], reference: str) -> bool:
    place: Any = document
    for step in reference.removeprefix("#/").split("/"):
        place = place.get(step, {}) if isinstance(place, dict) else {}
    return bool(place)


@pytest.mark.parametrize("example", GOLDEN, ids=by_name)
def test_an_example_of_the_document_fits_payload_and_headers(
    document: dict[str, Any], example: Example
) -> None:
    message = document["components"]["messages"][example.type]
    shown = next(one for one in message["examples"] if one["name"] == example.name)
    payload, headers = (
        {**part, "components": document["components"]} for part in (message["payload"], message["headers"])
    )

    Draft7Validator(payload).validate(shown["payload"])
    Draft7Validator(headers).validate(shown["headers"])


@pytest.mark.parametrize("name", TYPES)
def test_an_app_sends_requests_and_receives_everything_else(document: dict[str, Any], name: str) -> None:
    contract = CONTRACTS[name]
    action = "send" if contract.is_request else "receive"

    exchange = document["channels"][name]["bindings"]["amqp"]["exchange"]
    assert document["operations"][f"{action}.{name}"]["action"] == action
    assert (exchange["name"], exchange["type"], exchange["durable"]) == (contract.exchange, "topic", True)
    assert asyncapi.OWNERS[contract.owner]


def test_every_example_lies_in_the_folder_of_its_type() -> None:
    strays = [file for file in EXAMPLES.rglob("*.json") if file.parent.name not in CONTRACTS]

    assert strays == []
