"""The one place where the parts of the notifications service meet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

from contracts.registry import CONTRACTS
from services.notifications.adapters.channels.configured import channels_of
from services.notifications.adapters.channels.log import StructlogChannel
from services.notifications.adapters.keys.vault import MongoVault, key_store
from services.notifications.adapters.storage import notifications as mongo
from services.notifications.adapters.storage.later_notifications import LaterStates
from services.notifications.adapters.texts.templates import JinjaTexts
from services.notifications.agencies import agencies_of
from services.notifications.delivery import Parts, delivering
from services.notifications.domain.audience.checking import check_table
from services.notifications.domain.audience.table import EVERYTHING
from services.notifications.handlers.emergency_raised import OnEmergencyRaised
from services.notifications.handlers.order_event import OnOrderEvent
from services.notifications.handlers.recipient_contact_registered import OnContactRegistered
from services.notifications.handlers.recipient_erasure_requested import OnErasureRequested
from services.notifications.handlers.routes import routes
from services.notifications.handlers.send_due import SendDue
from services.notifications.ports import Text
from services.notifications.sending.examples import written_for
from services.notifications.sending.notification_store import Ledger
from services.notifications.sending.opener import Opening
from services.notifications.settings import NotificationsSettings
from services.runtime.process.runtime import Application, Runtime, TimerTable

EXAMPLE_CODE = "123456"


async def build(runtime: Runtime) -> Application:
    """The service as its environment describes it."""
    return await building(NotificationsSettings())(runtime)


def building(settings: NotificationsSettings) -> Callable[[Runtime], Awaitable[Application]]:
    """The service with these settings."""

    async def build_it(runtime: Runtime) -> Application:
        return _application(runtime, settings)

    return build_it


def told_types() -> list[str]:
    """The event types of which somebody is told."""
    return sorted(EVERYTHING.keys() & CONTRACTS.keys())


def previews(event_type: str, locale: str) -> Iterator[tuple[str, Text]]:
    """What each audience would read of examples of the event, in each wording, without anybody being told."""
    texts = JinjaTexts(NotificationsSettings().timezone)
    for audience in EVERYTHING.get(event_type, {}):
        for text in written_for(texts, event_type, audience, locale, EXAMPLE_CODE, None):
            yield audience, text


def _application(runtime: Runtime, settings: NotificationsSettings) -> Application:
    clock, texts = runtime.clock, JinjaTexts(settings.timezone)
    check_table(EVERYTHING, texts.has)
    contacts = runtime.aggregates(mongo.contacts(timedelta(days=settings.contact_retention_days)))
    vault = MongoVault(
        key_store(runtime.settings), runtime.sealer, timedelta(days=settings.contact_retention_days)
    )
    notifications = runtime.aggregates(mongo.notifications(timedelta(days=settings.retention_days)))
    ledger = Ledger(notifications, clock, settings.plan(clock.speed))
    later = LaterStates(runtime.database[notifications.kind.collection])
    parts = Parts(contacts, ledger, later, texts, channels_of(settings), vault, StructlogChannel())
    delivery = delivering(runtime, settings, parts)
    agencies = agencies_of(runtime, settings, vault)
    opening = Opening(ledger, delivery.planning, delivery.lanes, later, clock)
    return Application(
        routes=routes(
            OnContactRegistered(contacts, vault, clock),
            OnErasureRequested(contacts, vault, clock),
            OnOrderEvent(opening, settings.on_duty),
            OnEmergencyRaised(opening, settings.on_duty),
            agencies.on_webhook,
            agencies.on_event,
        ),
        timers=[
            agencies.timers,
            TimerTable(notifications, SendDue(ledger, delivery.planning, delivery.lanes, later, clock)),
        ],
        workers=[vault.run, *agencies.workers, *delivery.workers],
    )
