"""Builds what tells people: planning, the sending path and its lanes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from services.notifications.adapters.channels.configured import Channels
from services.notifications.domain.audience.superseding import is_overtaken
from services.notifications.domain.channels.contact import Contact
from services.notifications.domain.channels.quota import Limiter
from services.notifications.domain.notification import Notification
from services.notifications.ports import Later, LogChannel, Texts, Vault
from services.notifications.sending.circuit_breakers import Circuits
from services.notifications.sending.letter_sender import Post
from services.notifications.sending.notification_store import Ledger
from services.notifications.sending.planner import LOG, Planning
from services.notifications.sending.shared_limits import Allowance
from services.notifications.sending.worker_pool import Lane
from services.notifications.sending.worker_pools import Lanes
from services.notifications.settings import NotificationsSettings
from services.runtime.change import Store
from services.runtime.process.runtime import Runtime

Worker = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """`workers` run as long as the service."""

    planning: Planning
    lanes: Lanes
    workers: list[Worker]


@dataclass(frozen=True, slots=True)
class Parts:
    """What delivery stands on."""

    contacts: Store[Contact]
    ledger: Ledger
    later: Later
    texts: Texts
    channels: Channels
    vault: Vault
    log_channel: LogChannel


def delivering(runtime: Runtime, settings: NotificationsSettings, parts: Parts) -> Delivery:
    """A lane for each channel that is there, and one for the log."""
    clock, channels = runtime.clock, parts.channels
    circuits = Circuits(settings.patience(clock.speed))
    limiter = Limiter(settings.most_each, timedelta(seconds=settings.most_each_s))
    planning = Planning(
        contacts=parts.contacts,
        available=channels.by_kind.keys(),
        circuits=circuits,
        quiet=settings.quiet_hours(),
        limiter=limiter,
        rules=parts.ledger.plan,
        clock=clock,
        log_channel=settings.log_channel,
        log_roles=settings.log_roles,
    )
    post = Post(
        channels=channels.by_kind,
        log_channel=parts.log_channel,
        contacts=parts.contacts,
        texts=parts.texts,
        vault=parts.vault,
        circuits=circuits,
        others=planning.others,
        clock=clock,
        within_s=settings.send_s,
        code_key=runtime.settings.code_key.get_secret_value().strip().encode(),
    )

    async def overtaken(notification: Notification) -> bool:
        return is_overtaken(notification.template, await parts.later.templates_after(notification))

    allowance = Allowance(circuits, limiter, clock)
    lanes = {
        kind: Lane(
            post.deliver,
            overtaken,
            parts.ledger,
            runtime.gate,
            allowance,
            places=settings.places,
            within_s=settings.send_s,
        )
        for kind in (*channels.by_kind, LOG)
    }
    workers = [
        worker for kind, lane in lanes.items() for worker in lane.workers(channels.widths.get(kind, 1))
    ]
    return Delivery(planning, Lanes(lanes), [*channels.workers, *workers])
