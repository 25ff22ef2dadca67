"""Requests to providers. Nothing that one says goes further than its codes: answers repeat addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

from services.notifications.ports import AddressRefused, ChannelUnavailable
from services.runtime.clock import real_now

LONGEST_REST_S = 3600.0
# Whoever was not reached took nothing; of anybody else we do not know.
NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.LocalProtocolError, httpx.UnsupportedProtocol)


class Provider:
    """One provider's connections, kept and used again. Redirects are not followed: none of these interfaces has any."""

    def __init__(self, timeout_s: float, connections: int) -> None:
        self._timeout_s = timeout_s
        self._connections = connections
        self._client: httpx.AsyncClient | None = None

    async def post(self, url: str, headers: Mapping[str, str], **body: Any) -> httpx.Response:
        """The answer, whatever its status. Raises `ChannelUnavailable`, doubtful where it may have been taken."""
        try:
            return await self._open().post(url, headers=dict(headers), **body)
        except NOT_REACHED as error:
            raise ChannelUnavailable(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise ChannelUnavailable(type(error).__name__, doubtful=True) from None

    async def run(self) -> None:
        """Until cancelled; then the connections are closed."""
        try:
            await asyncio.Event().wait()
        finally:
            client, self._client = self._client, None
            if client is not None:
                await client.aclose()

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            limits = httpx.Limits(max_connections=self._connections, max_keepalive_connections=self._connections)
            self._client = httpx.AsyncClient(timeout=self._timeout_s, limits=limits, follow_redirects=False)
        return self._client


def refused(channel: str, code: object) -> AddressRefused:
    """The provider will never take this address."""
    return AddressRefused(f"{channel}_{code}")


def unavailable(channel: str, response: httpx.Response, code: object = None, *, ours: bool = True) -> ChannelUnavailable:
    """The provider did not take it now, and what it asks us to wait."""
    detail = f"{channel}_{response.status_code if code is None else code}"
    return ChannelUnavailable(detail, ours=ours, retry_after_s=_retry_after(response))


def document_of(response: httpx.Response) -> dict[str, Any]:
    """The JSON object in the answer; empty where there is none."""
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def is_busy(response: httpx.Response) -> bool:
    """Whether the provider itself is in trouble, or has had enough of us."""
    return response.status_code == HTTPStatus.TOO_MANY_REQUESTS or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds; the header holds them or a date (RFC 9110)."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdigit():
        return min(float(text), LONGEST_REST_S)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - real_now()).total_seconds(), 0.0), LONGEST_REST_S)
