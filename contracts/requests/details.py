"""The details of a request: what only one service asks for, as plain values under plain keys."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema

from contracts.values import ID_PATTERN, Id

MAX_DETAILS = 32
MAX_DETAIL_TEXT = 200
MAX_DETAIL_NUMBER = 2**53


def _plain_details(details: dict[str, Any]) -> dict[str, Any]:
    """Sort the keys, so that two equal requests have one digest.

    Raises `ValueError` for a value that is not plain.
    """
    if not all(_is_plain(value) for value in details.values()):
        message = f"details must be text up to {MAX_DETAIL_TEXT} characters, numbers, true, false or null"
        raise ValueError(message)
    return dict(sorted(details.items()))


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_DETAIL_TEXT
    if isinstance(value, int | float):
        return abs(value) <= MAX_DETAIL_NUMBER
    return value is None


Details = Annotated[
    dict[Id, Any],
    Field(max_length=MAX_DETAILS),
    AfterValidator(_plain_details),
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": MAX_DETAILS,
            "propertyNames": {"pattern": ID_PATTERN},
            "additionalProperties": {
                "type": ["string", "number", "boolean", "null"],
                "maxLength": MAX_DETAIL_TEXT,
                "minimum": -MAX_DETAIL_NUMBER,
                "maximum": MAX_DETAIL_NUMBER,
            },
        }
    ),
]
