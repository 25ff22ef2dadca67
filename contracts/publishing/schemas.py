"""One JSON Schema (2020-12) per message type, made from the models. They are open: unknown fields are valid.

An optional field may be absent, but is never null. An open enumeration is text with its known words in
`x-extensible-enum`, so that an old schema accepts what a newer writer sends.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from contracts.codec import SCHEMA_ROOT
from contracts.registry import CONTRACTS, Contract

if TYPE_CHECKING:
    from pydantic_core import core_schema

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXCHANGE = "x-exchange"
OWNER = "x-owner"


def schema_of(contract: Contract) -> Schema:
    """Make the schema of a type's `data`, with its exchange and the service that owns it."""
    body = contract.model.model_json_schema(schema_generator=_Written)
    definitions = body.pop("$defs", None)
    schema: Schema = {
        "$schema": DIALECT,
        "$id": SCHEMA_ROOT + contract.type,
        "title": body.pop("title"),
        "description": body.pop("description"),
        EXCHANGE: contract.exchange.value,
        OWNER: contract.owner,
        **body,
    }
    if definitions:
        schema["$defs"] = definitions
    return schema


def schemas() -> dict[str, Schema]:
    """Make the schemas of all types of the registry: type → schema."""
    return {name: schema_of(CONTRACTS[name]) for name in sorted(CONTRACTS)}


def as_text(schema: Schema) -> str:
    """Write a schema as the text of its file: two spaces, one line break at the end."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


class _Written(GenerateJsonSchema):
    """Leaves out titles that only repeat the field's name, and null."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  pydantic's signature
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        if "default" in written and written["default"] is None:
            del written["default"]
        return written
