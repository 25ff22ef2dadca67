"""The rows of a table of fields: nested objects opened, each field with its type, meaning and limits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.values import EXTENSIBLE_ENUM, FORMS

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
Schemas = dict[str, Schema]

LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "maxProperties": "at most {} entries",
    "minimum": "≥ {:,}",
    "exclusiveMinimum": "> {:,}",
    "maximum": "≤ {:,}",
    "exclusiveMaximum": "< {:,}",
}
AT_LEAST_ONE = {"minLength": "not empty", "minItems": "not empty"}
NAMES = {
    "string": "text",
    "boolean": "true or false",
    "object": "object",
    "integer": "integer",
    "number": "number",
    "null": "null",
}
FORMATS = {"date-time": "time", "date": "day", "uri": "URI", "email": "e-mail address"}
REFERENCE_KEYS = ("anyOf", "allOf")


@dataclass(frozen=True, slots=True)
class Field:
    """One row. `parent` is the dotted path in front of the name.

    Of an open enumeration `words` are the known words, and `enumeration` is its name.
    """

    parent: str
    name: str
    type: str
    required: bool
    meaning: str
    words: list[str]
    limits: list[str]
    enumeration: str = ""


def fields_of(schema: Schema, schemas: Schemas) -> list[Field]:
    """List all fields in the order of the schema, those of nested objects after their parent.

    Raises `KeyError` for a reference that leads nowhere.
    """
    return list(_rows(schema, schemas, ""))


def _rows(schema: Schema, schemas: Schemas, parent: str) -> Iterator[Field]:
    required = schema.get("required", [])
    for name, written in schema.get("properties", {}).items():
        inner = _resolved(written, schemas)
        entry = _resolved(inner["items"], schemas) if inner.get("type") == "array" else inner
        yield Field(
            parent=parent,
            name=name,
            type=_type(inner, entry),
            required=name in required,
            meaning=written.get("description") or inner.get("description") or entry.get("description", ""),
            words=entry.get(EXTENSIBLE_ENUM, []),
            limits=list(_limits({**inner, **written})),
            enumeration=entry.get("title", "") if EXTENSIBLE_ENUM in entry else "",
        )
        yield from _rows(entry, schemas, f"{parent}{name}{'[]' if entry is not inner else ''}.")


def _resolved(schema: Schema, schemas: Schemas) -> Schema:
    """The schema, or the component that it refers to; of alternatives the first: it has the known words."""
    for keyword in REFERENCE_KEYS:
        if keyword in schema:
            return _resolved(schema[keyword][0], schemas)
    if "$ref" in schema:
        return schemas[schema["$ref"].rpartition("/")[2]]
    return schema


def _type(schema: Schema, entry: Schema) -> str:
    if entry is not schema:
        return f"list of {_type(entry, entry)}"
    if EXTENSIBLE_ENUM in schema:
        return "word"
    if "additionalProperties" in schema and "properties" not in schema:
        return f"map to {_names(schema['additionalProperties'])}"
    if "properties" in schema:
        return str(schema.get("title", "object"))
    return FORMS.get(schema.get("pattern", "")) or _names(schema)


def _names(schema: Schema) -> str:
    kinds = schema.get("type", [])
    named = FORMATS.get(schema.get("format", ""))
    if named:
        return named
    return " or ".join(NAMES[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds)) or "anything"


def _limits(schema: Schema) -> Iterator[str]:
    """Say what the description leaves out; a pattern is shown only where no sentence explains it."""
    if "const" in schema:
        yield f"always {schema['const']}"
    for keyword, sentence in LIMITS.items():
        if schema.get(keyword) == 1 and keyword in AT_LEAST_ONE:
            yield AT_LEAST_ONE[keyword]
        elif keyword in schema:
            yield sentence.format(schema[keyword])
    if "pattern" in schema and "description" not in schema:
        yield f"matches {schema['pattern']}"
    if schema.get("default") not in (None, [], {}):
        yield f"default {json.dumps(schema['default'], ensure_ascii=False)}"
