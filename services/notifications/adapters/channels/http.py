"""HTTP requests to providers. Only the codes of an answer are passed on: its text may repeat addresses.

Each connection is an httpcore pool of one, because a larger pool looks at every idle connection for every
request. Not httpx: its client costs as much again as the request itself.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

from services.notifications.ports import AddressRefused, ChannelUnavailable
from services.runtime.clock import real_now

LONGEST_WAIT_S = 3600.0
# Not reached: the provider took nothing. Lost: it may have.
NOT_REACHED = (
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.LocalProtocolError,
    httpcore.UnsupportedProtocol,
)
LOST = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, httpcore.ProxyError)


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request."""

    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a provider. `headers`: by lower-case name."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Provider:
    """The kept connections of one provider. Follows no redirects: none of these interfaces has any."""

    def __init__(self, timeout_s: float, connections: int) -> None:
        self._timeout_s = timeout_s
        self._timeouts = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout_s)}
        self._unopened = connections
        self._free: asyncio.LifoQueue[httpcore.AsyncConnectionPool] = asyncio.LifoQueue()
        self._closed = False

    async def post(self, url: str, headers: Mapping[str, str], body: Body) -> Answer:
        """Post, and return the answer of any status.

        Raises `ChannelUnavailable`, doubtful if the answer was lost.
        """
        line = await self._line(url)
        named = list({"content-type": body.content_type, "user-agent": "gancang", **headers}.items())
        try:
            answer = await line.request(
                "POST", url, headers=named, content=body.content, extensions=self._timeouts
            )
        except NOT_REACHED as error:
            raise ChannelUnavailable(type(error).__name__) from None
        except LOST as error:
            raise ChannelUnavailable(type(error).__name__, doubtful=True) from None
        finally:
            await self._give_back(line)
        return Answer(
            answer.status,
            {name.decode().lower(): value.decode("latin-1") for name, value in answer.headers},
            answer.content,
        )

    async def run(self) -> None:
        """Until cancelled; then close each connection as soon as it is free."""
        self._closed = False
        try:
            await asyncio.Event().wait()
        finally:
            self._closed = True
            while not self._free.empty():
                await self._give_back(self._free.get_nowait())

    async def _line(self, url: str) -> httpcore.AsyncConnectionPool:
        if self._free.empty() and self._unopened:
            self._unopened -= 1
            return httpcore.AsyncConnectionPool(
                ssl_context=self._tls if url.startswith("https:") else None,
                proxy=_proxy_for(url),
                max_connections=1,
            )
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._free.get()
        except TimeoutError:
            raise ChannelUnavailable(httpcore.PoolTimeout.__name__) from None

    async def _give_back(self, line: httpcore.AsyncConnectionPool) -> None:
        if self._closed:
            self._unopened += 1
            await line.aclose()
        else:
            self._free.put_nowait(line)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Built once: reading the many root certificates takes time."""
        return httpcore.default_ssl_context()


def as_json(document: Any) -> Body:
    """A JSON body."""
    return Body("application/json", json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def as_form(fields: Mapping[str, str]) -> Body:
    """A form body, URL-encoded."""
    return Body("application/x-www-form-urlencoded", urlencode(fields).encode())


def refused(channel: str, code: object) -> AddressRefused:
    """The error for an address that the provider will never accept."""
    return AddressRefused(f"{channel}_{code}")


def unavailable(
    channel: str, response: Answer, code: object = None, *, provider_fault: bool = True
) -> ChannelUnavailable:
    """The error for a letter that the provider did not accept now, with the wait that it asks for."""
    detail = f"{channel}_{response.status if code is None else code}"
    return ChannelUnavailable(detail, provider_fault=provider_fault, retry_after_s=_retry_after(response))


def document_of(response: Answer) -> dict[str, Any]:
    """The JSON object in the answer; empty if there is none."""
    try:
        document = json.loads(response.content)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def is_busy(response: Answer) -> bool:
    """Whether the provider is in trouble (5xx) or limits our rate (429)."""
    return (
        response.status == HTTPStatus.TOO_MANY_REQUESTS or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )


def _retry_after(response: Answer) -> float | None:
    """Seconds; the header holds seconds or a date (RFC 9110)."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return min(float(text), LONGEST_WAIT_S)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - real_now()).total_seconds(), 0.0), LONGEST_WAIT_S)


def _proxy_for(url: str) -> httpcore.Proxy | None:
    """The proxy that the environment names, or None: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`.

    `host:port` without a scheme is an HTTP proxy.
    """
    to, proxies = urlsplit(url), getproxies()
    through = proxies.get(to.scheme) or proxies.get("all")
    if not through or proxy_bypass(to.hostname or ""):
        return None
    through = through if "://" in through else f"http://{through}"
    named = urlsplit(through)
    return httpcore.Proxy(
        through, auth=(unquote(named.username), unquote(named.password or "")) if named.username else None
    )
