"""One worker pool for each channel, so that a provider in trouble does not delay the other channels."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from services.notifications.domain.notification import Notification
from services.notifications.sending.planner import SendPlan
from services.notifications.sending.worker_pool import WorkerPool
from services.runtime.route import Worker


@dataclass(frozen=True, slots=True)
class ChannelPools:
    """`pools`: by kind of channel."""

    pools: Mapping[str, WorkerPool]

    def workers(self, widths: Mapping[str, int]) -> list[Worker]:
        """The workers of all pools. `widths`: letters that a channel sends at one time, 1 if not named."""
        return [worker for kind, pool in self.pools.items() for worker in pool.workers(widths.get(kind, 1))]

    def reserve(self, plan: SendPlan) -> SendPlan | None:
        """Take a slot of its channel; None if none is free, or there is nothing to send."""
        return None if plan.kind is None else self.pools[plan.kind].reserve(plan)

    async def claim_and_send(
        self, reserved: SendPlan, claim: Callable[[], Awaitable[Notification | None]]
    ) -> None:
        """Save the claim, then send in the reserved slot; without a claim the slot is given back.

        Raises what `claim` does.
        """
        pool = self.pools[reserved.kind or ""]
        claimed: Notification | None = None
        try:
            claimed = await claim()
        finally:
            if claimed is None:
                pool.release(reserved)
        if claimed is not None:
            pool.submit(replace(reserved, notification=claimed))
