"""Sends webhooks beside the timers, a few at a time for each agency: a slow or broken one delays nobody else."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog

from contracts.events.notifications import NotificationFailed, NotificationSent
from services.notifications import metrics
from services.notifications.adapters.webhooks.client import Answer, WebhookClient
from services.notifications.adapters.webhooks.secrets import WebhookSecrets
from services.notifications.domain.webhooks.webhook import GONE, UNSUBSCRIBED, Delivery, Webhook
from services.notifications.handlers.agency_webhook_registered import vault_id
from services.notifications.ports import Gate, Vault
from services.notifications.webhooks.slots import Places
from services.runtime.change import Cause, Change, Entry, Store
from services.runtime.clock import Clock
from services.runtime.errors import Away

CHANNEL, NO_SECRET = "webhook", "no_secret"
OWN_STEP = "/gancang/notifications/webhook"
LEASE = timedelta(seconds=60)  # real time; longer than one post may take
SECRET_WAIT = timedelta(seconds=15)
log = structlog.get_logger()

Step = Callable[[Delivery], Delivery | None]


class Webhooks:
    """The deliveries that are under way in this process."""

    def __init__(  # noqa: PLR0913, PLR0917  this is where the parts meet
        self,
        webhooks: Store[Webhook],
        deliveries: Store[Delivery],
        secrets: WebhookSecrets,
        vault: Vault,
        client: WebhookClient,
        gate: Gate,
        clock: Clock,
        waits: Sequence[timedelta],
    ) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._secrets = secrets
        self._vault = vault
        self._client = client
        self._gate = gate
        self._clock = clock
        self._waits = waits
        self._places = Places(clock.speed)
        self._under_way: set[asyncio.Task[None]] = set()

    async def fire(self, delivery_id: str) -> None:
        """The timer of a delivery: claim it and send it beside us, if there is a place; else it waits for its agency's next turn."""
        stored = await self._deliveries.get(delivery_id)
        if stored is None or not stored.state.is_due(self._clock.now()):
            return
        agency = stored.state.agency_id
        if not self._places.take(agency):
            await self._put_off(stored.state, self._places.turn(agency, self._clock.now()))
            return
        claimed: Delivery | None = None
        try:
            claimed = await self._step(stored.state, self._claim)
        finally:
            if claimed is None:
                self._places.give_back(agency)
        if claimed is None:
            return
        sending = asyncio.create_task(self._send(claimed), name="send a webhook")
        self._under_way.add(sending)
        sending.add_done_callback(lambda done: self._ended(done, agency))

    async def run(self) -> None:
        """Until cancelled; posts under way are finished then, so that they are not sent again after a clean stop."""
        try:
            await asyncio.Event().wait()
        finally:
            if self._under_way:
                await asyncio.wait(set(self._under_way), timeout=5.0)

    def _ended(self, done: asyncio.Task[None], agency: str) -> None:
        """What could not be saved is sent again when its lease ends, under the same id."""
        self._under_way.discard(done)
        self._places.give_back(agency)
        if not done.cancelled() and (error := done.exception()) is not None:
            if isinstance(error, Away):
                self._gate.close(error.what)
            log.error("webhook.unsettled", error=type(error).__name__)

    async def _put_off(self, delivery: Delivery, until: datetime) -> None:
        await self._step(
            delivery, lambda known: known.waiting(until) if known.is_due(self._clock.now()) else None
        )

    def _claim(self, known: Delivery) -> Delivery | None:
        now = self._clock.now()
        return known.claimed(now + LEASE * self._clock.speed) if known.is_due(now) else None

    async def _send(self, claimed: Delivery) -> None:
        stored = await self._webhooks.get(claimed.agency_id)
        url = None if stored is None or stored.state.disabled else await self._url(stored.state)
        if url is None:
            await self._settle(claimed, Answer(UNSUBSCRIBED))
            return
        secrets = await self._secrets.of(claimed.agency_id)
        if not secrets:
            await self._wait_for_a_secret(claimed)
            return
        await self._settle(
            claimed, await self._client.post(url, claimed.event_id, claimed.body.encode(), secrets)
        )

    async def _wait_for_a_secret(self, claimed: Delivery) -> None:
        """As long as we would have tried a receiver that is away; a replay brings back what was given up."""
        now = self._clock.now()
        if now - claimed.created_at >= sum(self._waits, timedelta()):
            await self._step(
                claimed,
                lambda known: known.given_up(now, UNSUBSCRIBED, NO_SECRET) if not known.ended else None,
            )
            return
        until = now + SECRET_WAIT * self._clock.speed
        await self._step(claimed, lambda known: known.waiting(until) if not known.ended else None)

    async def _url(self, webhook: Webhook) -> str | None:
        about = vault_id(webhook.agency_id)
        key = await self._vault.key(about, webhook.life)
        return None if key is None else key.open(webhook.url, about).decode()

    async def _settle(self, sent: Delivery, answer: Answer) -> None:
        now, jitter = self._clock.now(), random.random()  # noqa: S311  scatters retries, protects nothing
        wish = timedelta(seconds=answer.retry_after_s)

        def settle(known: Delivery) -> Delivery | None:
            if known.ended:
                return None
            if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                return known.taken(now, answer.detail)
            if answer.status == HTTPStatus.GONE:
                return known.given_up(now, GONE, answer.detail)
            if answer.detail == UNSUBSCRIBED:
                return known.given_up(now, UNSUBSCRIBED, "unsubscribed")
            return known.failed(
                now, answer.detail, self._waits, jitter=jitter, at_least=wish * self._clock.speed
            )

        if answer.status == HTTPStatus.GONE:
            await self._disable(sent)
        settled = await self._step(sent, settle)
        metrics.ATTEMPTS.labels(
            CHANNEL,
            "sent" if settled is not None and settled.reason is None and settled.ended else "unavailable",
        ).inc()
        status = None if settled is None else settled.status.value
        log.info(
            "webhook.attempted",
            delivery=sent.id,
            order_id=sent.order_id,
            agency=sent.agency_id,
            detail=answer.detail,
            status=status,
        )

    async def _disable(self, sent: Delivery) -> None:
        """410: the agency wants nothing more there, until it registers anew."""

        def decide(known: Webhook | None) -> Change[Webhook] | None:
            if known is None or known.disabled or known.as_of > sent.created_at:
                return None
            return Change(replace(known, disabled=GONE), entry=Entry("disabled", "agency", GONE))

        await self._webhooks.change(sent.agency_id, self._cause(sent), decide)

    async def _step(self, delivery: Delivery, step: Step) -> Delivery | None:
        """Read again, step, save; None when the step does not want to."""

        def decide(known: Delivery | None) -> Change[Delivery] | None:
            stepped = None if known is None else step(known)
            if stepped is None:
                return None
            return Change(
                stepped, events=_told(stepped), entry=Entry(stepped.status.value, "system", stepped.reason)
            )

        return await self._deliveries.change(delivery.id, self._cause(delivery), decide)

    def _cause(self, delivery: Delivery) -> Cause:
        return Cause(
            OWN_STEP,
            delivery.event_id,
            self._clock.now(),
            "",
            delivery.order_id,
            delivery.traceparent,
            remembered=False,
        )


def _told(delivery: Delivery) -> tuple[NotificationSent, ...]:
    if not delivery.ended:
        return ()
    sent = NotificationSent(
        notification_id=delivery.id,
        recipient_id=delivery.agency_id,
        channel=CHANNEL,
        cause=delivery.event_id,
        template=delivery.event_type,
    )
    return (
        (sent,)
        if delivery.reason is None
        else (NotificationFailed(**sent.model_dump(), reason=delivery.reason),)
    )
