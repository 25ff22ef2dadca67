"""Posts to URLs that strangers name: each name is resolved once, every address checked, and only a checked one connected to.

No redirect is followed and no proxy asked; what is answered is not read beyond its status and `Retry-After`.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpcore

from services.notifications.domain.webhooks.reachable import Network, is_reachable
from services.runtime.clock import real_now

KEPT_OPEN = 64
LOOKUPS = 64
IDLE_S = 30.0
LONGEST_REST_S = 86_400.0


class AddressBlocked(OSError):  # noqa: N818  says what happened
    """The name leads to an address that we don't connect to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`detail`: the HTTP status, or a code where there was none."""

    detail: str
    status: int = 0
    retry_after_s: float = 0.0


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed
        self._inner = httpcore.AnyIOBackend()
        # A name server that hangs keeps these threads busy, one for each name, and not those that look up our broker and mail server.
        self._lookups = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="webhook-names")
        self._asked: dict[tuple[str, int], asyncio.Future[Any]] = {}

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the interface's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises `AddressBlocked` if a single one of the name's addresses is not to be reached."""
        try:
            found = await asyncio.shield(self._found(host, port))
        except OSError as error:
            raise httpcore.ConnectError("unknown name") from error
        addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
        if not addresses or not all(is_reachable(address, self._allowed) for address in addresses):
            raise AddressBlocked
        return await self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    def _found(self, host: str, port: int) -> asyncio.Future[Any]:
        """One look-up of a name at a time, for all who wait for it."""
        asked = self._asked.get((host, port))
        if asked is None:
            look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
            asked = self._asked[host, port] = asyncio.get_running_loop().run_in_executor(
                self._lookups, look_up
            )
            asked.add_done_callback(lambda done: self._forget((host, port), done))
        return asked

    def _forget(self, name: tuple[str, int], done: asyncio.Future[Any]) -> None:
        """Nobody may be left who hears of its failure."""
        del self._asked[name]
        if not done.cancelled():
            done.exception()

    async def sleep(self, seconds: float) -> None:
        """For the pool's own retries; we ask for none."""
        await asyncio.sleep(seconds)


class WebhookClient:
    """`within_s`: real seconds for one post, all in all."""

    def __init__(self, allowed: Sequence[Network], within_s: float) -> None:
        self._allowed = allowed
        self._within_s = within_s
        self._pool: httpcore.AsyncConnectionPool | None = None

    async def post(self, url: str, event_id: str, body: bytes, secrets: Sequence[bytes]) -> Answer:
        """What became of it; never raises for what the other side does."""
        headers = [
            ("content-type", "application/json"),
            ("user-agent", "gancang-webhooks"),
            *_signed(event_id, body, secrets),
        ]
        try:
            async with (
                asyncio.timeout(self._within_s),
                self._open().stream("POST", url, headers=headers, content=body) as response,
            ):
                return Answer(str(response.status), response.status, _retry_after(response.headers))
        except TimeoutError:
            return Answer("timeout")
        except AddressBlocked:
            return Answer("address_blocked")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            return Answer(type(error).__name__)

    async def run(self) -> None:
        """Until cancelled; then the connections are closed."""
        try:
            await asyncio.Event().wait()
        finally:
            pool, self._pool = self._pool, None
            if pool is not None:
                await pool.aclose()

    def _open(self) -> httpcore.AsyncConnectionPool:
        if self._pool is None:
            backend = GuardedBackend(self._allowed)
            # How many there are is bounded by whoever posts: a bound here would let agencies that hang hold up the others.
            self._pool = httpcore.AsyncConnectionPool(
                max_connections=None,
                max_keepalive_connections=KEPT_OPEN,
                keepalive_expiry=IDLE_S,
                network_backend=backend,
            )
        return self._pool


def _signed(event_id: str, body: bytes, secrets: Sequence[bytes]) -> list[tuple[str, str]]:
    """Standard Webhooks 1.0: one signature for each secret, so that a receiver may change over in its own time."""
    moment = str(int(real_now().timestamp()))
    content = f"{event_id}.{moment}.".encode() + body
    signatures = [
        base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode() for secret in secrets
    ]
    signature = " ".join(f"v1,{one}" for one in signatures)
    return [("webhook-id", event_id), ("webhook-timestamp", moment), ("webhook-signature", signature)]


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> float:
    """Seconds; dates are left to our own schedule."""
    for name, value in headers:
        if name.lower() == b"retry-after" and value.strip().isdigit():
            return min(float(value), LONGEST_REST_S)
    return 0.0
