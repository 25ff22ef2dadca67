"""OAuth tokens of a service account, to send push messages; renewed a few minutes before they expire."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport import Request, Response
from google.oauth2.service_account import Credentials

from services.notifications.ports import ChannelUnavailable
from services.runtime.errors import NotConfigured

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
TIMEOUT_S = 10.0


class ServiceAccountTokens:
    """Tokens of one account. `file`: its key as Google issues it. Raises `NotConfigured` for a wrong file."""

    def __init__(self, file: str) -> None:
        try:
            self._credentials = Credentials.from_service_account_file(file, scopes=[SCOPE])  # type: ignore[no-untyped-call]
        except (OSError, ValueError):
            raise NotConfigured(
                "GANCANG_NOTIFICATIONS_PUSH_CREDENTIALS", "is not a file with a service account's key"
            ) from None
        self._renewing = asyncio.Lock()

    async def token(self) -> str:
        """A token that stays valid for some minutes. Raises `ChannelUnavailable`."""
        async with self._renewing:
            if not self._credentials.valid:
                await asyncio.to_thread(self._renew)
        return str(self._credentials.token)

    def _renew(self) -> None:
        try:
            self._credentials.refresh(_HttpxRequest())
        except GoogleAuthError as error:
            raise ChannelUnavailable(type(error).__name__) from None


@dataclass(frozen=True, slots=True)
class _Answer(Response):
    """A response as google-auth reads it."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    data: bytes = b""


class _HttpxRequest(Request):
    """The transport of google-auth, over httpx."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: Any = None,
        headers: Any = None,
        timeout: float | None = None,
        **_: Any,
    ) -> _Answer:
        try:
            answer = httpx.request(
                method, url, content=body, headers=dict(headers or {}), timeout=timeout or TIMEOUT_S
            )
        except httpx.HTTPError as error:
            raise TransportError(type(error).__name__) from None  # type: ignore[no-untyped-call]
        return _Answer(answer.status_code, dict(answer.headers), answer.content)
