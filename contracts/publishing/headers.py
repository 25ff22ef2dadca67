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
        "description": "Unique per source; the same pair takes effect once.",
    },
    "ce-source": {
        **ATTRIBUTE,
        "minLength": 1,
        "description": "Who wrote it: a name of your app that you keep for ever, e.g. /apps/mine. /gancang/… is ours.",
    },
    "ce-type": {**ATTRIBUTE, "description": "The routing key."},
    "ce-time": {"type": "string", "format": "date-time", "description": "When it happened, with an offset."},
    "ce-subject": {**ATTRIBUTE, "description": "Id of the order, driver, offer … it is about."},
    "ce-correlationid": {**ATTRIBUTE, "description": "The order's id."},
    "ce-causationid": {**ATTRIBUTE, "description": "Id of the message that caused this one."},
    "ce-sequence": {
        "type": "string",
        "pattern": "^[0-9]{10}$",
        "description": "The aggregate's version; events of one write share it.",
    },
    "ce-dataschema": {"type": "string", "format": "uri", "description": "The `$id` of the JSON Schema."},
    "traceparent": {"type": "string", "description": "W3C trace context; passed on, or begun."},
}
NEEDED = ("ce-specversion", "ce-id", "ce-type", "ce-source")
WRITTEN = (*NEEDED, "ce-time", "ce-dataschema", "traceparent")

PROPERTIES: dict[str, dict[str, Any]] = {
    "content_type": {"type": "string", "const": "application/json", "description": "What the body is."},
    "delivery_mode": {
        "type": "integer",
        "const": 2,
        "description": "Persistent: it survives a restart of the broker.",
    },
    "user_id": {
        **ATTRIBUTE,
        "description": "Your login at the broker, which closes the channel on another one. Without it a request is `login_missing`, for "
        "somebody whom the login does not speak for `login_wrong`; only `demo` and `up` believe everybody.",
    },
}
MIRRORED: dict[str, dict[str, Any]] = {
    "content_type": PROPERTIES["content_type"],
    "message_id": {**ATTRIBUTE, "description": "As `ce-id`."},
    "type": {**ATTRIBUTE, "description": "As `ce-type`."},
    "timestamp": {"type": "integer", "description": "As `ce-time`, in whole seconds."},
    "correlation_id": {**ATTRIBUTE, "description": "As `ce-correlationid`."},
    "app_id": {**ATTRIBUTE, "description": "The service that wrote it, e.g. gancang.orders."},
}

HEADER_SCHEMAS: dict[str, dict[str, Any]] = {
    "RequestHeaders": {
        "type": "object",
        "description": "What a request needs. Without ce-time the time of receipt is taken.",
        "required": list(NEEDED),
        "properties": HEADERS,
    },
    "EventHeaders": {
        "type": "object",
        "description": "What our events carry.",
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
    """The headers of one type."""
    name = "RequestHeaders" if contract.is_request else "EventHeaders"
    own = {"type": "object", "properties": {"ce-type": {"const": contract.type}}}
    return {"allOf": [{"$ref": f"#/components/schemas/{name}"}, own]}


def headers_of(event: dict[str, Any]) -> dict[str, Any]:
    """The headers that the structured event would have in binary mode."""
    named = ((name, "ce-" + name if "ce-" + name in HEADERS else name) for name in event)
    return {header: event[name] for name, header in named if header in HEADERS}
