"""Push by Firebase Cloud Messaging (FCM), HTTP v1.

FCM has no idempotency key. The notification's id is the tag (Android) or collapse id (Apple), so that a
second copy replaces the first one on the telephone; it is also in the data for the app.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Protocol

import structlog

from services.notifications.adapters.channels.http import (
    Answer,
    Provider,
    as_json,
    document_of,
    refused,
    unavailable,
)
from services.notifications.ports import Letter

KIND = "push"
URGENT_TTL_S, NORMAL_TTL_S = 2 * 3600, 24 * 3600
UNREGISTERED = "UNREGISTERED"
"""With 404, the only answer that says that the token is dead.

`SENDER_ID_MISMATCH` (403) also means that *we* named the wrong project, `INVALID_ARGUMENT` (400) that any
part of the message is wrong. Dropping tokens for those would leave everyone without push after one mistake.
https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
"""
OUR_MISTAKES = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
)
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
log = structlog.get_logger()


class Tokens(Protocol):
    """The source of bearer tokens."""

    async def token(self) -> str:
        """A valid bearer token. Raises `ChannelUnavailable`."""
        ...


class PushChannel:
    """Push of one Firebase project. An address is a registration token."""

    def __init__(self, provider: Provider, tokens: Tokens, url: str, project: str) -> None:
        self._provider = provider
        self._tokens = tokens
        self._url = f"{url}/v1/projects/{project}/messages:send"

    async def send(self, letter: Letter) -> None:
        """Return when FCM accepted the letter. Raises `AddressRefused` or `ChannelUnavailable`."""
        headers = {"Authorization": f"Bearer {await self._tokens.token()}"}
        response = await self._provider.post(self._url, headers, as_json({"message": _message(letter)}))
        if response.is_success:
            return
        code = _fcm_code(response)
        if code == UNREGISTERED and response.status == HTTPStatus.NOT_FOUND:
            raise refused(KIND, code)
        if response.status in OUR_MISTAKES:
            log.warning("push.not_accepted", notification=letter.id, status=response.status, code=code)
        raise unavailable(KIND, response, code, provider_fault=response.status != HTTPStatus.BAD_REQUEST)


def _message(letter: Letter) -> Mapping[str, Any]:
    ttl = URGENT_TTL_S if letter.urgent else NORMAL_TTL_S
    expires = int(letter.written_at.timestamp()) + ttl
    apns = {
        "apns-collapse-id": letter.id,
        "apns-priority": "10" if letter.urgent else "5",
        "apns-expiration": str(expires),
    }
    return {
        "token": letter.address,
        "notification": {"title": letter.text.subject, "body": letter.text.short},
        "data": {"notification_id": letter.id, "order_id": letter.order_id},
        "android": {
            "priority": "HIGH" if letter.urgent else "NORMAL",
            "ttl": f"{ttl}s",
            "notification": {"tag": letter.id},
        },
        "apns": {"headers": apns},
    }


def _fcm_code(response: Answer) -> str | None:
    """FCM's error code; None if the error is not FCM's own."""
    error = document_of(response).get("error")
    details = error.get("details") if isinstance(error, dict) else None
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and detail.get("@type") == FCM_ERROR:
            return str(detail.get("errorCode"))
    return None
