"""The keywords of JSON Schema by what they do, and how the schemas of two versions are read by them."""

from __future__ import annotations

from contracts.publishing.schemas import OWNER, Schema
from contracts.values import EXTENSIBLE_ENUM

WORDING = frozenset({"$schema", "$id", "title", "description", "default", "examples", OWNER})
UPPER_LIMITS = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
LOWER_LIMITS = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
SHAPES = frozenset({"pattern", "format", "const", "multipleOf", "uniqueItems"})
NESTED = ("items", "additionalProperties", "propertyNames")
STRUCTURE = frozenset(
    {"$ref", "$defs", "type", "enum", "anyOf", "properties", "required", EXTENSIBLE_ENUM, *NESTED}
)
INFINITY = float("inf")


def resolved(schema: Schema, root: Schema) -> Schema:
    """Follow a `$ref` into `$defs` and lay its siblings over it. Raises `KeyError` where it leads nowhere."""
    while "$ref" in schema:
        siblings = {name: value for name, value in schema.items() if name != "$ref"}
        schema = {**root["$defs"][schema["$ref"].rpartition("/")[2]], **siblings}
    return schema


def types_of(schema: Schema) -> frozenset[str]:
    """List every JSON type that is allowed; a number includes the integers."""
    written = schema.get("type", ["array", "boolean", "integer", "null", "number", "object", "string"])
    names = {written} if isinstance(written, str) else set(written)
    return frozenset(names | ({"integer"} if "number" in names else set()))


def listed(names: frozenset[str]) -> str:
    """Write JSON types for a person; all of them are `any`."""
    return "any" if len(names) == len(types_of({})) else "|".join(sorted(names))
