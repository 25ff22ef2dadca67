"""The retry ladder: a message waits in a delay queue and returns to the queue it came from."""

from __future__ import annotations

import time

from services.runtime.messaging.delivery import ATTEMPTS, WAITING_SINCE, Delivery
from services.runtime.messaging.relay import Relay
from services.runtime.messaging.topology import DELAYS_S, delay_exchange

WAIT_S = 60.0
MAX_ATTEMPTS = 5


class Ladder:
    """Delays messages that are not legal yet (limited by time) or whose handler failed (by attempts)."""

    def __init__(self, relay: Relay, user: str) -> None:
        self._relay = relay
        self._user = user

    @staticmethod
    def may_wait(delivery: Delivery) -> bool:
        """Whether the message may wait to become legal: until 60 real seconds after the first time."""
        now = time.time()
        return now - _since(delivery, now) < WAIT_S

    @staticmethod
    def may_retry(delivery: Delivery) -> bool:
        """Whether the handler has attempts left after this one; there are five."""
        return delivery.attempts + 1 < MAX_ATTEMPTS

    async def wait(self, delivery: Delivery) -> None:
        """Delay it for at least as long as it has waited so far, at most 10 s. Raises `BrokerAway`."""
        now = time.time()
        since = _since(delivery, now)
        waited = now - since
        seconds = next((delay for delay in DELAYS_S if delay >= waited), DELAYS_S[-1])
        await self._send(delivery, seconds, {WAITING_SINCE: int(since * 1000)})

    async def retry(self, delivery: Delivery) -> None:
        """Delay it for longer than after the last failed attempt, at most 10 s. Raises `BrokerAway`."""
        attempts = delivery.attempts
        await self._send(delivery, DELAYS_S[min(attempts, len(DELAYS_S) - 1)], {ATTEMPTS: attempts + 1})

    async def _send(self, delivery: Delivery, seconds: int, notes: dict[str, int]) -> None:
        properties = delivery.properties(self._user, dict(notes))
        await self._relay.publish_mandatory(
            delay_exchange(seconds), delivery.queue, delivery.body, properties
        )


def _since(delivery: Delivery, now: float) -> float:
    """When it began to wait. A time in the future counts as now, so that the wait stays limited."""
    since = delivery.waiting_since
    return now if since is None or since > now else since
