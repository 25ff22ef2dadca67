"""Builds what tells agencies by webhook."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from contracts.queues import QUEUES
from services.notifications.adapters.keys.vault import MongoVault
from services.notifications.adapters.storage.webhooks import deliveries, webhooks
from services.notifications.adapters.webhooks.client import WebhookClient
from services.notifications.adapters.webhooks.secrets import WebhookSecrets
from services.notifications.handlers.agency_event import OnAgencyEvent
from services.notifications.handlers.agency_webhook_registered import OnWebhookRegistered
from services.notifications.handlers.routes import ORDER_EVENTS, RECEIPTS
from services.notifications.settings import NotificationsSettings
from services.notifications.webhooks.sender import Webhooks
from services.runtime.process.runtime import Runtime, TimerTable

# Whatever of an order people are told of, that it was taken in, and the receipts.
AVAILABLE = frozenset({*QUEUES[ORDER_EVENTS].types, *QUEUES[RECEIPTS].types})


@dataclass(frozen=True, slots=True)
class Agencies:
    """The handlers, the timer and the workers."""

    on_webhook: OnWebhookRegistered
    on_event: OnAgencyEvent
    timers: TimerTable
    workers: tuple[Callable[[], Awaitable[None]], ...]


def agencies_of(runtime: Runtime, settings: NotificationsSettings, vault: MongoVault) -> Agencies:
    """Webhooks as the settings allow them."""
    clock = runtime.clock
    known = runtime.aggregates(webhooks())
    opened = runtime.aggregates(deliveries(timedelta(days=settings.webhook_retention_days)))
    client = WebhookClient(settings.webhook_allowed_networks, settings.webhook_s)
    # Waits are real time, like the receiver that is away.
    waits = [timedelta(seconds=wait * clock.speed) for wait in settings.webhook_waits_s]
    sending = Webhooks(
        known, opened, WebhookSecrets(runtime.database, vault), vault, client, runtime.gate, clock, waits
    )
    return Agencies(
        on_webhook=OnWebhookRegistered(known, vault, clock, AVAILABLE, settings.webhook_plain_http),
        on_event=OnAgencyEvent(known, opened, clock, sending.fire),
        timers=TimerTable(opened, sending.fire),
        workers=(client.run, sending.run),
    )
