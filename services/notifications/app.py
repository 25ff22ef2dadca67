"""The one place where the parts of the notifications service meet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from contracts.registry import CONTRACTS
from services.notifications.adapters.channels.configured import Channels, configured_channels
from services.notifications.adapters.channels.log import StructlogChannel
from services.notifications.adapters.keys.vault import MongoVault, key_store
from services.notifications.adapters.storage.contacts import contact_kind
from services.notifications.adapters.storage.later_notifications import MongoLaterNotifications
from services.notifications.adapters.storage.notifications import notification_kind
from services.notifications.adapters.storage.webhooks import delivery_kind, webhook_kind
from services.notifications.adapters.texts.templates import JinjaTexts
from services.notifications.adapters.webhooks.client import WebhookClient
from services.notifications.adapters.webhooks.secrets import WebhookSecrets
from services.notifications.domain.audience.checking import check_table
from services.notifications.domain.audience.table import AUDIENCE_TABLE
from services.notifications.domain.channels.contact import Contact
from services.notifications.domain.channels.quota import Quota
from services.notifications.domain.webhooks.delivery import WebhookDelivery
from services.notifications.domain.webhooks.webhook import Webhook
from services.notifications.handlers.routes import Context, routes
from services.notifications.handlers.send_due import send_due
from services.notifications.ports import Gate, LogChannel, Text, Texts, Vault
from services.notifications.sending.channel_pools import ChannelPools
from services.notifications.sending.circuit_breakers import CircuitBreakers
from services.notifications.sending.examples import written_for
from services.notifications.sending.leased_store import LeasedStore
from services.notifications.sending.letter_sender import LetterSender
from services.notifications.sending.notification_store import OWN_SOURCE, NotificationStore
from services.notifications.sending.opener import Opener
from services.notifications.sending.planner import LOG, Planner
from services.notifications.sending.shared_limits import SharedLimits
from services.notifications.sending.worker_pool import WorkerPool
from services.notifications.settings import NotificationsSettings
from services.notifications.webhooks.sender import WEBHOOK_SOURCE, WebhookSender
from services.runtime.change import Store
from services.runtime.process.runtime import Application, Runtime, TimerTable
from services.runtime.route import Worker


async def build(runtime: Runtime) -> Application:
    """The service as its environment configures it. Raises what `building` does."""
    return await building(NotificationsSettings())(runtime)


def building(settings: NotificationsSettings) -> Callable[[Runtime], Awaitable[Application]]:
    """The service with these settings. Raises `NotConfigured`, and `TableWrong` for a row without a text."""

    async def build_it(runtime: Runtime) -> Application:
        return _application(runtime, settings)

    return build_it


def told_types() -> list[str]:
    """The event types that have an audience."""
    return sorted(AUDIENCE_TABLE.keys() & CONTRACTS.keys())


def previews(event_type: str, locale: str) -> Iterator[tuple[str, Text]]:
    """What each audience would read of the event's examples, in each wording. Tells no one."""
    texts = JinjaTexts(NotificationsSettings().timezone)
    for audience in AUDIENCE_TABLE.get(event_type, {}):
        for text in written_for(texts, event_type, audience, locale):
            yield audience, text


@dataclass(frozen=True, slots=True)
class Parts:
    """What the sending path needs from outside."""

    contacts: Store[Contact]
    store: NotificationStore
    texts: Texts
    channels: Channels
    vault: Vault
    log_channel: LogChannel
    gate: Gate
    code_key: bytes


@dataclass(frozen=True, slots=True)
class SendingPath:
    """How people are told. `workers` run as long as the service."""

    planner: Planner
    pools: ChannelPools
    workers: list[Worker]


def sending_path(settings: NotificationsSettings, parts: Parts) -> SendingPath:
    """A worker pool for each configured channel and for the log, and what plans for them."""
    store, channels, clock = parts.store, parts.channels, parts.store.clock
    breakers = CircuitBreakers(settings.breaker_policy(clock.speed))
    quota = Quota(settings.most_each, timedelta(seconds=settings.most_each_s))
    planner = _planner(settings, parts, breakers, quota)
    letters = _letter_sender(settings, parts, breakers, planner)
    limits = SharedLimits(breakers, quota, clock)
    pools = ChannelPools(
        {
            kind: WorkerPool(
                letters.send, store, parts.gate, limits, slots=settings.places, within_s=settings.send_s
            )
            for kind in (*channels.by_kind, LOG)
        }
    )
    return SendingPath(planner, pools, [*channels.workers, *pools.workers(channels.widths)])


def _planner(
    settings: NotificationsSettings, parts: Parts, breakers: CircuitBreakers, quota: Quota
) -> Planner:
    return Planner(
        contacts=parts.contacts,
        available=parts.channels.by_kind.keys(),
        breakers=breakers,
        quiet=settings.quiet_hours(),
        quota=quota,
        policy=parts.store.policy,
        clock=parts.store.clock,
        log_channel=settings.log_channel,
        log_roles=settings.log_roles,
    )


def _letter_sender(
    settings: NotificationsSettings, parts: Parts, breakers: CircuitBreakers, planner: Planner
) -> LetterSender:
    return LetterSender(
        channels=parts.channels.by_kind,
        log_channel=parts.log_channel,
        contacts=parts.contacts,
        texts=parts.texts,
        vault=parts.vault,
        breakers=breakers,
        has_alternative=planner.has_alternative,
        clock=parts.store.clock,
        within_s=settings.send_s,
        code_key=parts.code_key,
    )


def _application(runtime: Runtime, settings: NotificationsSettings) -> Application:
    clock, texts = runtime.clock, JinjaTexts(settings.timezone)
    check_table(AUDIENCE_TABLE, texts.has)
    retention = timedelta(days=settings.contact_retention_days)
    contacts = runtime.aggregates(contact_kind(retention))
    vault = MongoVault(key_store(runtime.settings), runtime.sealer, retention)
    notifications = runtime.aggregates(notification_kind(timedelta(days=settings.retention_days)))
    later = MongoLaterNotifications(runtime.database[notifications.kind.collection])
    store = NotificationStore(notifications, clock, OWN_SOURCE, settings.retry_policy(clock.speed), later)
    code_key = runtime.settings.code_key.get_secret_value().strip().encode()
    channels = configured_channels(settings)
    parts = Parts(contacts, store, texts, channels, vault, StructlogChannel(), runtime.gate, code_key)
    sending = sending_path(settings, parts)
    posting = _posting(runtime, settings, vault)
    context = Context(
        contacts=contacts,
        webhooks=posting.webhooks,
        deliveries=posting.deliveries,
        vault=vault,
        clock=clock,
        opener=Opener(store, sending.planner, sending.pools),
        post=posting.timers.fire,
        on_duty=settings.on_duty,
        plain_http=settings.webhook_plain_http,
    )
    return Application(
        routes=routes(context),
        timers=[posting.timers, TimerTable(notifications, send_due(store, sending.planner, sending.pools))],
        workers=[vault.run, *posting.workers, *sending.workers],
    )


@dataclass(frozen=True, slots=True)
class Posting:
    """How agencies are told by webhook."""

    webhooks: Store[Webhook]
    deliveries: LeasedStore[WebhookDelivery]
    timers: TimerTable
    workers: tuple[Worker, ...]


def _posting(runtime: Runtime, settings: NotificationsSettings, vault: MongoVault) -> Posting:
    clock = runtime.clock
    webhooks = runtime.aggregates(webhook_kind())
    opened = runtime.aggregates(delivery_kind(timedelta(days=settings.webhook_retention_days)))
    deliveries = LeasedStore(opened, clock, WEBHOOK_SOURCE)
    client = WebhookClient(settings.webhook_allowed_networks, settings.webhook_s)
    secrets = WebhookSecrets(runtime.database, vault)
    waits = settings.webhook_waits(clock.speed)
    sender = WebhookSender(webhooks, deliveries, secrets.of, vault, client.post, runtime.gate, waits)
    return Posting(webhooks, deliveries, TimerTable(opened, sender.fire), (client.run, sender.run))
