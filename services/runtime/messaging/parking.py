"""Parking: a message that was given up is kept, with the reason, until a person looks at it."""

from __future__ import annotations

import json
from typing import Any

from contracts.codec import Unreadable, read
from contracts.queues import QUEUES
from contracts.registry import CONTRACTS
from services.runtime.clock import real_now
from services.runtime.messaging.delivery import Delivery
from services.runtime.messaging.relay import Relay
from services.runtime.sealing import Sealer

REASON = "x-gancang-reason"
ERROR = "x-gancang-error"
HANDLER = "x-gancang-handler"
PARKED_AT = "x-gancang-parked-at"
SEALED = "x-gancang-sealed"
FAILED = "x-gancang-failed-attempts"
SEALED_CONTENT = "application/octet-stream"
CONTENT_TYPE = "x-gancang-content-type"
# Fields that say who or where a person is, or what they have ordered (it may be medicine).
PERSONAL_FIELDS = frozenset({"lat", "label", "lodging", "note", "plate", "channels", "display_name", "items"})


class Parking:
    """Moves messages to parked queues.

    Bodies with addresses or places are encrypted, one-time codes are removed.
    """

    def __init__(self, relay: Relay, sealer: Sealer, user: str) -> None:
        self._relay = relay
        self._sealer = sealer
        self._user = user

    async def park(self, delivery: Delivery, reason: str, *, error: str = "", handler: str = "") -> None:
        """Move it to `<queue>.parked`. Raises `BrokerAway`; then the message is still in its queue."""
        await self.move(delivery, QUEUES[delivery.queue].parked, reason, error=error, handler=handler)

    async def move(
        self, delivery: Delivery, target: str, reason: str, *, error: str = "", handler: str = ""
    ) -> None:
        """Move it to the queue `target`, with the reason in its headers. Raises `BrokerAway`."""
        body, notes = self._for_keeping(delivery, target)
        notes.update({REASON: reason, ERROR: error, HANDLER: handler, FAILED: delivery.attempts})
        notes[PARKED_AT] = real_now()
        properties = delivery.properties(self._user, notes)
        if SEALED in notes:
            properties.content_type = SEALED_CONTENT
        await self._relay.publish_mandatory("", target, body, properties)

    def _for_keeping(self, delivery: Delivery, target: str) -> tuple[bytes, dict[str, Any]]:
        body = delivery.body
        document = _json(body)
        if isinstance(document, dict) and not _opaque(document):
            cleaned = _without_code(document)
            body = body if cleaned is None else cleaned
            if not _has_personal_type(delivery) and not _has_personal_field(document):
                return body, {}
        sealed = self._sealer.seal(body, f"parked:{target}")
        return sealed, {SEALED: target, CONTENT_TYPE: delivery.content_type or ""}


def _has_personal_type(delivery: Delivery) -> bool:
    queue = QUEUES.get(delivery.queue)
    expected = {
        *(queue.types if queue else ()),
        delivery.routing_key,
        delivery.type or "",
        _type_of(delivery),
    }
    return any(name in CONTRACTS and CONTRACTS[name].personal for name in expected)


def _has_personal_field(document: object) -> bool:
    """Whether one of `PERSONAL_FIELDS` is in it, at any depth."""
    left = [document]
    while left:
        inner = left.pop()
        if isinstance(inner, dict):
            if PERSONAL_FIELDS & inner.keys():
                return True
            left += inner.values()
        elif isinstance(inner, list):
            left += inner
    return False


def _type_of(delivery: Delivery) -> str:
    try:
        return read(delivery.headers, delivery.body, delivery.content_type, real_now()).type
    except Unreadable:
        return ""


def _json(body: bytes) -> object:
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document


def _opaque(document: dict[str, Any]) -> bool:
    """Whether the data of a structured event are a string, which we do not search."""
    return "data_base64" in document or isinstance(document.get("data"), str)


def _without_code(document: dict[str, Any]) -> bytes | None:
    """The body without `proof.code`, or None when it has none."""
    changed = False
    inner = document.get("data")
    for holder in (document, inner):
        proof = holder.get("proof") if isinstance(holder, dict) else None
        if isinstance(proof, dict) and proof.pop("code", None) is not None:
            changed = True
    return json.dumps(document).encode() if changed else None
