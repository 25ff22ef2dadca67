"""The retry ladder: a message waits in a delay queue and comes back to the queue it lay in."""

from __future__ import annotations

import time

from services.runtime.messaging.delivery import ATTEMPTS, WAITING_SINCE, Delivery
from services.runtime.messaging.relay import Relay
from services.runtime.messaging.topology import DELAYS_S, delay_exchange

WAIT_S = 60.0
MAX_ATTEMPTS = 5


class Ladder:
    """Two reasons to wait, counted apart: not legal yet (by time), and a handler that failed (by attempts)."""

    def __init__(self, relay: Relay, user: str) -> None:
        self._relay = relay
        self._user = user

    @staticmethod
    def may_wait(delivery: Delivery) -> bool:
        """Whether it can still become legal: 60 real seconds from the first time."""
        now = time.time()
        return now - _since(delivery, now) < WAIT_S

    @staticmethod
    def may_retry(delivery: Delivery) -> bool:
        """Whether the handler has attempts left, this one counted."""
        return delivery.attempts + 1 < MAX_ATTEMPTS

    async def wait(self, delivery: Delivery) -> None:
        """Put it on the rung that fits how long it has waited. Raises `BrokerAway`."""
        now = time.time()
        since = _since(delivery, now)
        waited = now - since
        seconds = next((delay for delay in DELAYS_S if delay >= waited), DELAYS_S[-1])
        await self._send(delivery, seconds, {WAITING_SINCE: int(since * 1000)})

    async def retry(self, delivery: Delivery) -> None:
        """Put it one rung higher than last time. Raises `BrokerAway`."""
        attempts = delivery.attempts
        await self._send(delivery, DELAYS_S[min(attempts, len(DELAYS_S) - 1)], {ATTEMPTS: attempts + 1})

    async def _send(self, delivery: Delivery, seconds: int, notes: dict[str, int]) -> None:
        properties = delivery.properties(self._user, dict(notes))
        await self._relay.publish_mandatory(
            delay_exchange(seconds), delivery.queue, delivery.body, properties
        )


def _since(delivery: Delivery, now: float) -> float:
    """When it began to wait. A time to come counts as none: the note that replaces it bounds the wait all the same."""
    since = delivery.waiting_since
    return now if since is None or since > now else since
