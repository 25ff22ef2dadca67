"""The AMQP headers and properties of binary mode, as AsyncAPI describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contracts.registry import Contract

ATTRIBUTE = {"type": "string", "maxLength": 512}
HEADERS: dict[str, dict[str, Any]] = {
    "ce-specversion": {"type": "string", "const": "1.0"},
    "ce-id": {
        **ATTRIBUTE,
        "minLength": 1,
        "description": "Unique per source: the same pair of `ce-source` and `ce-id` takes effect once.",
    },
    "ce-source": {
        **ATTRIBUTE,
        "minLength": 1,
        "description": "The app that wrote it: a name kept for ever, e.g. `/apps/mine`; never `/gancang/…`.",
    },
    "ce-type": {**ATTRIBUTE, "description": "The type of the message, equal to the routing key."},
    "ce-time": {
        "type": "string",
        "format": "date-time",
        "description": "When it happened, with an offset; without it the time of receipt counts.",
    },
    "ce-subject": {
        **ATTRIBUTE,
        "description": "The id of the order, driver or offer … that the message is about.",
    },
    "ce-correlationid": {**ATTRIBUTE, "description": "The id of the order."},
    "ce-causationid": {**ATTRIBUTE, "description": "The `ce-id` of the message that caused this one."},
    "ce-sequence": {
        "type": "string",
        "pattern": "^[0-9]{10}$",
        "description": "The version of what `ce-subject` names; events of one write share it.",
    },
    "ce-dataschema": {
        "type": "string",
        "format": "uri",
        "description": "The `$id` of the JSON Schema of the data.",
    },
    "traceparent": {"type": "string", "description": "W3C trace context: passed on, or started here."},
}
NEEDED = ("ce-specversion", "ce-id", "ce-type", "ce-source")
WRITTEN = (*NEEDED, "ce-time", "ce-dataschema", "traceparent")

PROPERTIES: dict[str, dict[str, Any]] = {
    "content_type": {"type": "string", "const": "application/json", "description": "The form of the body."},
    "delivery_mode": {
        "type": "integer",
        "const": 2,
        "description": "Persistent: the message survives a restart of the broker.",
    },
    "user_id": {
        **ATTRIBUTE,
        "description": "Your login; the broker closes the channel on another one. A request without it is "
        "rejected as `login_missing`, one in the name of a party that the login may not speak for as "
        "`login_wrong`. Only `demo` and `up` check neither.",
    },
}
MIRRORED: dict[str, dict[str, Any]] = {
    "content_type": PROPERTIES["content_type"],
    "message_id": {**ATTRIBUTE, "description": "As `ce-id`."},
    "type": {**ATTRIBUTE, "description": "As `ce-type`."},
    "timestamp": {"type": "integer", "description": "As `ce-time`, in whole seconds."},
    "correlation_id": {**ATTRIBUTE, "description": "As `ce-correlationid`."},
    "app_id": {**ATTRIBUTE, "description": "The service that wrote it, e.g. `gancang.orders`."},
}

HEADER_SCHEMAS: dict[str, dict[str, Any]] = {
    "RequestHeaders": {
        "type": "object",
        "description": "The headers of a request.",
        "required": list(NEEDED),
        "properties": HEADERS,
    },
    "EventHeaders": {
        "type": "object",
        "description": "The headers of an event.",
        "required": list(WRITTEN),
        "properties": HEADERS,
    },
    "RequestProperties": {
        "type": "object",
        "description": "The AMQP properties that a request needs beside its headers.",
        "required": list(PROPERTIES),
        "properties": PROPERTIES,
    },
    "EventProperties": {
        "type": "object",
        "description": "The AMQP properties of our events, for readers who look there first.",
        "required": ["content_type", "message_id", "type", "timestamp", "app_id"],
        "properties": MIRRORED,
    },
}


def headers_schema(contract: Contract) -> dict[str, Any]:
    """The schema of the headers of one type."""
    name = "RequestHeaders" if contract.is_request else "EventHeaders"
    own = {"type": "object", "properties": {"ce-type": {"const": contract.type}}}
    return {"allOf": [{"$ref": f"#/components/schemas/{name}"}, own]}


def headers_of(event: dict[str, Any]) -> dict[str, Any]:
    """Turn a structured event into the headers that it has in binary mode."""
    named = ((name, "ce-" + name if "ce-" + name in HEADERS else name) for name in event)
    return {header: event[name] for name, header in named if header in HEADERS}
