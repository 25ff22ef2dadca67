"""The timer of a notification: a retry, another channel, the end of a wait, or a lease whose holder died."""

from __future__ import annotations

from services.notifications.domain.notification import SUPERSEDED, TOO_LATE, Notification
from services.notifications.sending.channel_pools import ChannelPools
from services.notifications.sending.notification_store import NotificationStore
from services.notifications.sending.planner import Planner, SendPlan
from services.runtime.route import Fire


def send_due(store: NotificationStore, planner: Planner, pools: ChannelPools) -> Fire:
    """Claim by a conditional write: of two processes that see the same due time, one sends.

    Never waits for a slot.
    """

    async def fire(notification_id: str) -> None:
        due = await store.find_due(notification_id)
        if due is None:
            return
        if await store.is_superseded(due):
            await store.give_up(due, SUPERSEDED)
        elif due.is_useless(store.clock.now(), store.policy):
            await store.give_up(due, TOO_LATE)
        else:
            await send(due, await planner.plan(due))

    async def send(due: Notification, plan: SendPlan) -> None:
        if plan.verdict is not None:
            await store.conclude(due, plan.verdict)
        elif plan.wait_until is not None:
            await store.put_off(due, plan.wait_until)
        elif (reserved := pools.reserve(plan)) is not None:
            await pools.claim_and_send(reserved, lambda: store.claim(due))
        else:
            await store.put_off(due, store.busy_until(due))

    return fire
