"""Posts webhook deliveries beside the timers, a few at a time for each agency: a slow one delays no other."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import structlog

from services.notifications import metrics
from services.notifications.domain.lease import SendStatus
from services.notifications.domain.webhooks.delivery import (
    CHANNEL,
    GONE,
    NO_SECRET,
    UNSUBSCRIBED,
    PostResult,
    WebhookDelivery,
)
from services.notifications.domain.webhooks.webhook import Webhook, key_id
from services.notifications.ports import Gate, Vault
from services.notifications.sending.leased_store import LeasedStore, Transition
from services.notifications.webhooks.slots import AgencySlots
from services.runtime.change import Change, Entry, Store
from services.runtime.errors import Away

WEBHOOK_SOURCE = "/gancang/notifications/webhook"
LEASE = timedelta(seconds=60)  # real time; longer than one post may take
SECRET_WAIT = timedelta(seconds=15)
FINISH_S = 5.0
log = structlog.get_logger()

Post = Callable[[str, str, str, Sequence[bytes]], Awaitable[PostResult]]
"""Post to a URL: event id, body, secrets to sign with. Never raises for what the other side does."""
SecretsOf = Callable[[str], Awaitable[list[bytes]]]
"""The secrets of an agency, the newest first. Raises `DatabaseAway`."""


class WebhookSender:
    """`waits`: in business time, after each failure."""

    def __init__(
        self,
        webhooks: Store[Webhook],
        deliveries: LeasedStore[WebhookDelivery],
        secrets_of: SecretsOf,
        vault: Vault,
        post: Post,
        gate: Gate,
        waits: Sequence[timedelta],
    ) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._secrets_of = secrets_of
        self._vault = vault
        self._post = post
        self._gate = gate
        self._clock = deliveries.clock
        self._waits = waits
        self._slots = AgencySlots(self._clock.speed)
        self._under_way: set[asyncio.Task[None]] = set()

    async def fire(self, delivery_id: str) -> None:
        """Claim a due delivery and post it in a task, or put it off if no slot is free.

        Raises `DatabaseAway`.
        """
        due = await self._deliveries.find_due(delivery_id)
        if due is None:
            return
        agency, now = due.agency_id, self._clock.now()
        if not self._slots.take(agency):
            until = self._slots.next_look(agency, now)
            await self._deliveries.apply_if_due(due, lambda known: known.postponed(until))
            return
        claimed: WebhookDelivery | None = None
        try:
            lease_end = now + LEASE * self._clock.speed
            claimed = await self._deliveries.apply_if_due(due, lambda known: known.leased(lease_end))
        finally:
            if claimed is None:
                self._slots.give_back(agency)
        if claimed is not None:
            self._start(claimed)

    async def run(self) -> None:
        """Until cancelled; finishes posts under way, so that a clean stop posts nothing again."""
        try:
            await asyncio.Event().wait()
        finally:
            if self._under_way:
                await asyncio.wait(set(self._under_way), timeout=FINISH_S)

    def _start(self, claimed: WebhookDelivery) -> None:
        posting = asyncio.create_task(self._post_claimed(claimed), name="post a webhook")
        self._under_way.add(posting)
        posting.add_done_callback(lambda done: self._ended(done, claimed.agency_id))

    def _ended(self, done: asyncio.Task[None], agency: str) -> None:
        """If the save failed, the lease ends and the event is posted again under the same id."""
        self._under_way.discard(done)
        self._slots.give_back(agency)
        if not done.cancelled() and (error := done.exception()) is not None:
            if isinstance(error, Away):
                self._gate.close(error.what)
            log.error("webhook.unsettled", error=type(error).__name__)

    async def _post_claimed(self, claimed: WebhookDelivery) -> None:
        stored = await self._webhooks.get(claimed.agency_id)
        url = None if stored is None or stored.state.disabled else await self._url(stored.state)
        if url is None:
            await self._settle(claimed, PostResult(UNSUBSCRIBED))
            return
        secrets = await self._secrets_of(claimed.agency_id)
        if not secrets:
            await self._without_secret(claimed)
            return
        await self._settle(claimed, await self._post(url, claimed.event_id, claimed.body, secrets))

    async def _url(self, webhook: Webhook) -> str | None:
        context = key_id(webhook.agency_id)
        key = await self._vault.key(context, webhook.life)
        return None if key is None else key.open(webhook.url, context).decode()

    async def _without_secret(self, claimed: WebhookDelivery) -> None:
        """Wait as long as a receiver that is away would be tried, then give up; a replay opens it again."""
        now = self._clock.now()
        if now - claimed.created_at >= sum(self._waits, timedelta()):
            await self._unless_ended(
                claimed, lambda known: known.attempted(now, NO_SECRET).given_up(UNSUBSCRIBED)
            )
            return
        until = now + SECRET_WAIT * self._clock.speed
        await self._unless_ended(claimed, lambda known: known.postponed(until))

    async def _settle(self, claimed: WebhookDelivery, posted: PostResult) -> None:
        """Save the result, then count and log it."""
        now, speed = self._clock.now(), self._clock.speed
        jitter = random.random()  # noqa: S311  scatters retries, protects nothing
        if posted.status == HTTPStatus.GONE:
            await self._disable(claimed)
        settled = await self._unless_ended(
            claimed, lambda known: known.settled(posted, now, self._waits, jitter=jitter, speed=speed)
        )
        accepted = settled is not None and settled.status is SendStatus.SENT
        metrics.ATTEMPTS.labels(CHANNEL, "sent" if accepted else "unavailable").inc()
        log.info(
            "webhook.attempted",
            delivery=claimed.id,
            order_id=claimed.order_id,
            agency=claimed.agency_id,
            detail=posted.detail,
            status=None if settled is None else settled.status.value,
        )

    async def _unless_ended(
        self, claimed: WebhookDelivery, transition: Transition[WebhookDelivery]
    ) -> WebhookDelivery | None:
        return await self._deliveries.apply(claimed, lambda known: None if known.ended else transition(known))

    async def _disable(self, claimed: WebhookDelivery) -> None:
        """Post nothing more to an agency that answered 410, until it registers again."""

        def decide(known: Webhook | None) -> Change[Webhook] | None:
            if known is None or known.disabled or known.as_of > claimed.created_at:
                return None
            return Change(replace(known, disabled=GONE), entry=Entry("disabled", "agency", GONE))

        await self._webhooks.change(claimed.agency_id, self._deliveries.cause_of(claimed), decide)
