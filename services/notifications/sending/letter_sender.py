"""The sending path: the only place where an address is clear, for as long as one letter takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from contracts.codes import one_time_code
from services.notifications import metrics
from services.notifications.domain.attempts import Outcome, Result
from services.notifications.domain.audience.table import Urgency
from services.notifications.domain.channels.contact import Contact
from services.notifications.domain.notification import Notification
from services.notifications.ports import (
    AddressRefused,
    Channel,
    ChannelUnavailable,
    Letter,
    LogChannel,
    Planned,
    RecipientKey,
    Texts,
    Vault,
)
from services.notifications.sending.circuit_breakers import Circuits, rest_of
from services.notifications.sending.planner import LOG
from services.runtime.change import Cause, Change, Entry, Store
from services.runtime.clock import Clock
from services.runtime.errors import Away

SERIAL = "code_serial"
REFUSAL = "/gancang/notifications/refusal"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Post:
    """`others`: whether a planned notification has another channel, should this one fail for good."""

    channels: Mapping[str, Channel]
    log_channel: LogChannel
    contacts: Store[Contact]
    texts: Texts
    vault: Vault
    circuits: Circuits
    others: Callable[[Planned], bool]
    clock: Clock
    within_s: float
    code_key: bytes = b""

    async def deliver(self, planned: Planned) -> Outcome:
        """One attempt, at most `within_s` real seconds. Raises only `DatabaseAway`."""
        kind, skipped = planned.kind or "", planned.choice.skipped
        if kind == LOG:
            self.log_channel.note(planned.notification)
            return Outcome(Result.SENT, LOG, skipped)
        key = await self._key(planned)
        if key is None:  # erased a moment ago, or in a copy of the database from before that
            return Outcome(Result.NO_CONTACT, skipped=skipped)
        outcome = await self._attempted(planned, kind, key)
        self.circuits.note(kind, outcome, self.clock.now())
        if outcome.doubtful:
            metrics.DOUBTS.labels(kind).inc()
        if outcome.result is Result.REFUSED:
            await self._remember_refusal(planned, kind)
        return outcome

    async def _key(self, planned: Planned) -> RecipientKey | None:
        stored = planned.contact
        return None if stored is None else await self.vault.key(stored.id, stored.state.life)

    async def _attempted(self, planned: Planned, kind: str, key: RecipientKey) -> Outcome:
        skipped = planned.choice.skipped
        try:
            async with asyncio.timeout(self.within_s):
                await self.channels[kind].send(self._letter(planned, key))
        except AddressRefused as refusal:
            return Outcome(Result.REFUSED, kind, skipped, refusal.detail, others=self.others(planned))
        except ChannelUnavailable as trouble:
            return self._unavailable(planned, kind, trouble)
        except TimeoutError:
            return self._unavailable(planned, kind, ChannelUnavailable("timeout", doubtful=True))
        except Away:
            raise
        except Exception as error:  # noqa: BLE001  its text may repeat the address: only its class is told
            log.error("notification.broken", notification=planned.notification.id, error=type(error).__name__)  # noqa: TRY400
            return self._unavailable(planned, kind, ChannelUnavailable("broken", ours=False))
        return Outcome(Result.SENT, kind, skipped)

    def _unavailable(self, planned: Planned, kind: str, trouble: ChannelUnavailable) -> Outcome:
        return Outcome(
            Result.UNAVAILABLE,
            kind,
            planned.choice.skipped,
            trouble.detail,
            doubtful=trouble.doubtful,
            others=self.others(planned),
            ours=trouble.ours,
            retry_after=rest_of(trouble.retry_after_s, self.clock.speed),
            trial=planned.trial,
        )

    async def _remember_refusal(self, planned: Planned, kind: str) -> None:
        """The address is not tried again for anybody's event, until the contact is registered anew."""
        stored, channel = planned.contact, planned.choice.channel
        if stored is None or channel is None:
            return
        address = channel.address

        def decide(known: Contact | None) -> Change[Contact] | None:
            if known is None or known.refusing(address) == known:
                return None
            return Change(known.refusing(address), entry=Entry("refused", "system", kind))

        event = planned.notification.cause
        await self.contacts.change(
            stored.id, Cause(REFUSAL, event.id, self.clock.now(), remembered=False), decide
        )
        metrics.ADDRESSES_REFUSED.labels(kind).inc()

    def _letter(self, planned: Planned, key: RecipientKey) -> Letter:
        notification, stored, channel = planned.notification, planned.contact, planned.choice.channel
        if stored is None or channel is None:
            message = "only the log needs no address"
            raise ValueError(message)
        contact = stored.state
        name = None if contact.name is None else key.open(contact.name, stored.id).decode()
        text = self.texts.render(
            notification.template, notification.role, contact.locale, self._values(notification), name
        )
        urgent = notification.row.urgency is Urgency.URGENT
        address = key.open(channel.address, stored.id).decode()
        return Letter(
            notification.id, address, notification.created_at, text, notification.cause.order_id, urgent
        )

    def _values(self, notification: Notification) -> Mapping[str, Any]:
        """A one-time code is here and in the letter, and nowhere else."""
        if SERIAL not in notification.parameters:
            return notification.parameters
        code = one_time_code(self.code_key, notification.cause.order_id, notification.parameters[SERIAL])
        return {**notification.parameters, "code": code}
