"""Push by Firebase Cloud Messaging, HTTP v1.

It has no idempotency key: the notification's id is the tag (Android) or collapse id (Apple) under which a second copy takes
the first one's place on the telephone, and travels in the data for the app.
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
"""With 404, the one answer that says the token belongs to nobody any more.

`SENDER_ID_MISMATCH` (403) comes as well when *we* name the wrong project, `INVALID_ARGUMENT` (400) for whatever is wrong with the
message: to throw tokens away for those would leave everybody without push after one mistake of ours.
https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
"""
OURS_TO_MEND = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
)
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
log = structlog.get_logger()


class Tokens(Protocol):
    """Where the right to send comes from."""

    async def token(self) -> str:
        """A bearer token that is valid now. Raises `ChannelUnavailable`."""
        ...


class PushChannel:
    """Messages of one Firebase project. An address is a registration token."""

    def __init__(self, provider: Provider, tokens: Tokens, url: str, project: str) -> None:
        self._provider = provider
        self._tokens = tokens
        self._url = f"{url}/v1/projects/{project}/messages:send"

    async def send(self, letter: Letter) -> None:
        """Return when FCM has taken it. Raises `AddressRefused` or `ChannelUnavailable`."""
        headers = {"Authorization": f"Bearer {await self._tokens.token()}"}
        response = await self._provider.post(self._url, headers, as_json({"message": _message(letter)}))
        if response.is_success:
            return
        code = _fcm_code(response)
        if code == UNREGISTERED and response.status == HTTPStatus.NOT_FOUND:
            raise refused(KIND, code)
        if response.status in OURS_TO_MEND:
            log.warning("push.not_accepted", notification=letter.id, status=response.status, code=code)
        raise unavailable(KIND, response, code, ours=response.status != HTTPStatus.BAD_REQUEST)


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
    """FCM's own error code; None where the error is not one of its own."""
    error = document_of(response).get("error")
    details = error.get("details") if isinstance(error, dict) else None
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and detail.get("@type") == FCM_ERROR:
            return str(detail.get("errorCode"))
    return None
