"""Posts to URLs that agencies choose, and connects to checked IP addresses only.

A name is resolved once, and all its addresses are checked. Follows no redirect, uses no proxy, and reads
nothing of the answer but its status and `Retry-After`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import httpcore
from standardwebhooks.webhooks import Webhook

from services.notifications.domain.webhooks.delivery import PostResult
from services.notifications.domain.webhooks.reachable import Network, is_reachable
from services.runtime.clock import real_now

KEPT_OPEN = 64
LOOKUPS = 64
IDLE_S = 30.0
LONGEST_WAIT_S = 86_400.0


class AddressBlocked(OSError):  # noqa: N818  says what happened
    """The name has an address that we do not connect to."""


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """A network backend that connects to checked addresses only."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed
        self._inner = httpcore.AnyIOBackend()
        # A name server that hangs blocks these threads, not those that look up our broker and mail server.
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
        """Connect to the first address.

        Raises `AddressBlocked` if any address of the name is not reachable for us.
        """
        try:
            found = await asyncio.shield(self._found(host, port))
        except OSError as error:
            raise httpcore.ConnectError("unknown name") from error
        addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
        if not addresses or not all(is_reachable(address, self._allowed) for address in addresses):
            raise AddressBlocked
        return await self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    def _found(self, host: str, port: int) -> asyncio.Future[Any]:
        """The addresses of a name; callers that ask at the same time share one look-up."""
        asked = self._asked.get((host, port))
        if asked is None:
            look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
            asked = self._asked[host, port] = asyncio.get_running_loop().run_in_executor(
                self._lookups, look_up
            )
            asked.add_done_callback(lambda done: self._forget((host, port), done))
        return asked

    def _forget(self, name: tuple[str, int], done: asyncio.Future[Any]) -> None:
        """Let the next caller look up again.

        Reads the error, because there may be no caller left to read it.
        """
        del self._asked[name]
        if not done.cancelled():
            done.exception()

    async def sleep(self, seconds: float) -> None:
        """Required by the interface, for the pool's own retries; we use none."""
        await asyncio.sleep(seconds)


class WebhookClient:
    """`within_s`: real seconds for a whole post.

    `allowed`: networks that are not public and still allowed.
    """

    def __init__(self, allowed: Sequence[Network], within_s: float) -> None:
        self._allowed = allowed
        self._within_s = within_s
        self._pool: httpcore.AsyncConnectionPool | None = None

    async def post(self, url: str, event_id: str, body: str, secrets: Sequence[bytes]) -> PostResult:
        """Post a signed event. Never raises for what the other side does."""
        headers = [
            ("content-type", "application/json"),
            ("user-agent", "gancang-webhooks"),
            *signature_headers(event_id, body, secrets, real_now()),
        ]
        try:
            async with (
                asyncio.timeout(self._within_s),
                self._open().stream("POST", url, headers=headers, content=body.encode()) as response,
            ):
                return PostResult(str(response.status), response.status, _retry_after(response.headers))
        except TimeoutError:
            return PostResult("timeout")
        except AddressBlocked:
            return PostResult("address_blocked")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            return PostResult(type(error).__name__)

    async def run(self) -> None:
        """Until cancelled; then close the connections."""
        try:
            await asyncio.Event().wait()
        finally:
            pool, self._pool = self._pool, None
            if pool is not None:
                await pool.aclose()

    def _open(self) -> httpcore.AsyncConnectionPool:
        if self._pool is None:
            backend = GuardedBackend(self._allowed)
            # `AgencySlots` bounds the posts. A bound here would let agencies that hang delay the others.
            self._pool = httpcore.AsyncConnectionPool(
                max_connections=None,
                max_keepalive_connections=KEPT_OPEN,
                keepalive_expiry=IDLE_S,
                network_backend=backend,
            )
        return self._pool


def signature_headers(
    event_id: str, body: str, secrets: Sequence[bytes], now: datetime
) -> list[tuple[str, str]]:
    """Standard Webhooks 1.0: a signature for each secret, so that a receiver can switch at any time."""
    signatures = [Webhook(secret).sign(event_id, now, body) for secret in secrets]
    return [
        ("webhook-id", event_id),
        ("webhook-timestamp", str(int(now.timestamp()))),
        ("webhook-signature", " ".join(signatures)),
    ]


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> float:
    """Seconds; 0 for a date, which our own schedule makes unnecessary."""
    for name, value in headers:
        if name.lower() == b"retry-after" and value.strip().isdigit():
            return min(float(value), LONGEST_WAIT_S)
    return 0.0
