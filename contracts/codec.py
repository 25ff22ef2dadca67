"""Read and write messages in AMQP: CloudEvents in binary and structured mode of the RabbitMQ binding.

We write binary mode with the prefix `ce-`; we also read `cloudEvents_`, `cloudEvents:` and structured mode.
"""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import ValidationError

from contracts.attributes import MAX_ATTRIBUTE, PREFIXES, Unreadable
from contracts.envelope import JSON, MAX_BODY, STRUCTURED, Envelope, plain_json, read, why_not_json
from contracts.message import Message
from contracts.registry import CONTRACTS, Contract
from contracts.values import Value, rfc3339

SCHEMA_ROOT = "urn:gancang:schema:"
UNKEPT: dict[str, set[str]] = {"proof": {"code"}}

Headers = dict[str, Any]

__all__ = [
    "JSON",
    "MAX_ATTRIBUTE",
    "MAX_BODY",
    "PREFIXES",
    "SCHEMA_ROOT",
    "STRUCTURED",
    "Envelope",
    "Headers",
    "Unreadable",
    "WrongSchema",
    "binary_headers",
    "body_of",
    "digest_of",
    "json_pointer",
    "parse",
    "read",
]


class WrongSchema(ValueError):  # noqa: N818  says what is wrong
    """A readable message with data of the wrong form. `pointer`: a JSON pointer into the data."""

    def __init__(self, envelope: Envelope, pointer: str, detail: str) -> None:
        super().__init__(f"{envelope.type}: {pointer}: {detail}")
        self.envelope = envelope
        self.pointer = pointer
        self.detail = detail


def parse(envelope: Envelope, user: str | None = None) -> Message[Value]:
    """Parse the data of a message.

    Raises `WrongSchema` for data of another form, `Unreadable` for an unknown type and for what is not JSON.
    """
    contract = CONTRACTS.get(envelope.type)
    if contract is None:
        raise Unreadable("unknown_type")
    if b"NaN" in envelope.data or b"Infinity" in envelope.data:
        plain_json(envelope.data)
    try:
        data = contract.model.model_validate_json(envelope.data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise Unreadable(why_not_json(first["msg"])) from None
        raise _wrong(envelope, first["loc"], first["msg"]) from None
    return Message(
        id=envelope.id,
        type=envelope.type,
        source=envelope.source,
        time=envelope.time,
        data=data,
        subject=envelope.subject or _subject(contract, data),
        correlation_id=envelope.correlation_id,
        causation_id=envelope.causation_id,
        sequence=envelope.sequence,
        traceparent=envelope.traceparent,
        user=user,
    )


def binary_headers(message: Message[Value]) -> Headers:
    """Write the AMQP headers of binary mode."""
    headers: Headers = {
        "ce-specversion": "1.0",
        "ce-id": message.id,
        "ce-type": message.type,
        "ce-source": message.source,
        "ce-time": rfc3339(message.time),
        "ce-dataschema": SCHEMA_ROOT + message.type,
    }
    if message.subject is not None:
        headers["ce-subject"] = message.subject
    if message.correlation_id is not None:
        headers["ce-correlationid"] = message.correlation_id
    if message.causation_id is not None:
        headers["ce-causationid"] = message.causation_id
    if message.sequence is not None:
        headers["ce-sequence"] = f"{message.sequence:010d}"
    if message.traceparent is not None:
        headers["traceparent"] = message.traceparent
    return headers


def body_of(data: Value) -> bytes:
    """Write the JSON body, without fields that are not set."""
    return data.model_dump_json(exclude_none=True, by_alias=True).encode()


def digest_of(data: Value) -> str:
    """Digest a body to 16 hex characters; the order of keys and unknown fields make no difference.

    A one-time code is left out: the digest is stored, and six digits could be guessed from it.
    """
    body = data.model_dump_json(exclude_none=True, by_alias=True, exclude=UNKEPT).encode()
    return hashlib.blake2b(body, digest_size=8).hexdigest()


def json_pointer(location: tuple[int | str, ...]) -> str:
    """Write the location of a validation error as a pointer of RFC 6901, at most 200 characters."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in location)
    return "".join(f"/{part}" for part in parts)[:200]


def _wrong(envelope: Envelope, location: tuple[int | str, ...], message: str) -> WrongSchema:
    """Point at a mapping, not at a wrong key of it: a key may hold anything, and is not repeated."""
    where = location[:-2] if location[-1:] == ("[key]",) else location
    return WrongSchema(envelope, json_pointer(where), message.removeprefix("Value error, ")[:200])


def _subject(contract: Contract, data: Value) -> str | None:
    subject: str | None = getattr(data, contract.about, None) if contract.about else None
    return subject
