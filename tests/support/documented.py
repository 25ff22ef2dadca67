"""What the providers' documentation demands of a request, as checks that a stand-in makes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from tests.support.provider import Request

PROJECT, PHONE, TOKEN = "gancang-test", "106540352242922", "a-token"
PUSH_FIELDS = {"token", "notification", "data", "android", "apns"}
LANGUAGES = {"id", "en", "zh_CN"}


def push(request: Request) -> tuple[str, str]:
    """FCM HTTP v1 `projects.messages.send`."""
    message = request.json["message"]
    assert (request.method, request.path) == ("POST", f"/v1/projects/{PROJECT}/messages:send")
    assert request.headers["authorization"].startswith("Bearer ")
    assert set(request.json) == {"message"}
    assert set(message) == PUSH_FIELDS
    assert set(message["notification"]) == {"title", "body"}
    assert all(isinstance(value, str) for value in message["data"].values())
    assert message["android"]["priority"] in {"HIGH", "NORMAL"}
    assert re.fullmatch(r"[0-9]+s", message["android"]["ttl"])
    assert message["apns"]["headers"]["apns-priority"] in {"10", "5"}
    assert len(message["apns"]["headers"]["apns-collapse-id"].encode()) <= 64
    assert len(request.body) <= 4096
    return message["token"], message["data"]["notification_id"]


def whatsapp(request: Request) -> tuple[str, str]:
    """Cloud API, a message of the type template."""
    message = request.json
    template = message["template"]
    assert (request.method, request.path) == ("POST", f"/{PHONE}/messages")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert (message["messaging_product"], message["recipient_type"], message["type"]) == (
        "whatsapp",
        "individual",
        "template",
    )
    assert re.fullmatch(r"[1-9][0-9]{6,14}", message["to"])
    assert re.fullmatch(r"[a-z0-9_]{1,512}", template["name"])
    assert template["language"]["code"] in LANGUAGES
    for component in template.get("components", []):
        assert component["type"] == "body"
        assert component["parameters"]
        for parameter in component["parameters"]:
            assert (set(parameter), parameter["type"]) == ({"type", "text"}, "text")
            assert parameter["text"]
            assert not re.search(r"[\n\t]| {5}", parameter["text"])
    assert "text" not in message
    assert len(message["biz_opaque_callback_data"]) <= 512
    return message["to"], message["biz_opaque_callback_data"]


def sms(request: Request) -> tuple[str, str]:
    """Our own documented form, as JSON."""
    return _sms(request, request.json)


def sms_form(request: Request) -> tuple[str, str]:
    """The same as a form."""
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    return _sms(
        request,
        {name: values[0] for name, values in parse_qs(request.body.decode(), strict_parsing=True).items()},
    )


def _sms(request: Request, message: dict[str, str]) -> tuple[str, str]:
    assert request.method == "POST"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert set(message) == {"to", "from", "text", "reference"}
    assert re.fullmatch(r"\+[1-9][0-9]{6,14}", message["to"])
    assert request.headers["idempotency-key"] == message["reference"]
    return message["to"], message["reference"]
