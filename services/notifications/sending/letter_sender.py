"""Sends one letter: the only place where an address is clear, for as long as the letter takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from contracts.codes import one_time_code
from services.notifications import metrics
from services.notifications.domain.attempts import AttemptResult, Result
from services.notifications.domain.audience.table import Urgency
from services.notifications.domain.channels.contact import Contact
from services.notifications.domain.notification import Notification
from services.notifications.ports import (
    AddressRefused,
    Channel,
    ChannelUnavailable,
    Letter,
    LogChannel,
    RecipientKey,
    Texts,
    Vault,
)
from services.notifications.sending.circuit_breakers import CircuitBreakers
from services.notifications.sending.planner import LOG, SendPlan
from services.runtime.change import Cause, Change, Entry, Store
from services.runtime.clock import Clock
from services.runtime.errors import Away

CODE_SERIAL = "code_serial"
REFUSAL = "/gancang/notifications/refusal"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LetterSender:
    """`has_alternative`: whether the recipient has another channel, should the planned one fail for good."""

    channels: Mapping[str, Channel]
    log_channel: LogChannel
    contacts: Store[Contact]
    texts: Texts
    vault: Vault
    breakers: CircuitBreakers
    has_alternative: Callable[[SendPlan], bool]
    clock: Clock
    within_s: float
    code_key: bytes = b""

    async def send(self, plan: SendPlan) -> AttemptResult:
        """One attempt, at most `within_s` real seconds. Raises only `DatabaseAway`."""
        kind, skipped = plan.kind or "", plan.choice.skipped
        if kind == LOG:
            self.log_channel.note(plan.notification)
            return AttemptResult(Result.SENT, LOG, skipped)
        key = await self._key(plan)
        if key is None:  # erased since it was planned, or this is a restored copy from before the erasure
            return AttemptResult(Result.NO_CONTACT, skipped=skipped)
        attempted = await self._attempt(plan, kind, key)
        self.breakers.record(kind, attempted, self.clock.now())
        if attempted.doubtful:
            metrics.DOUBTS.labels(kind).inc()
        if attempted.result is Result.REFUSED:
            await self._mark_refused(plan, kind)
        return attempted

    async def _key(self, plan: SendPlan) -> RecipientKey | None:
        stored = plan.contact
        return None if stored is None else await self.vault.key(stored.id, stored.state.life)

    async def _attempt(self, plan: SendPlan, kind: str, key: RecipientKey) -> AttemptResult:
        skipped = plan.choice.skipped
        try:
            async with asyncio.timeout(self.within_s):
                await self.channels[kind].send(self._letter(plan, key))
        except AddressRefused as refusal:
            alternative = self.has_alternative(plan)
            return AttemptResult(Result.REFUSED, kind, skipped, refusal.detail, alternative=alternative)
        except ChannelUnavailable as trouble:
            return self._unavailable(plan, kind, trouble)
        except TimeoutError:
            return self._unavailable(plan, kind, ChannelUnavailable("timeout", doubtful=True))
        except Away:
            raise
        except Exception as error:  # noqa: BLE001  its text may repeat the address: only its class is told
            log.error("notification.broken", notification=plan.notification.id, error=type(error).__name__)  # noqa: TRY400
            return self._unavailable(plan, kind, ChannelUnavailable("broken", provider_fault=False))
        return AttemptResult(Result.SENT, kind, skipped)

    def _unavailable(self, plan: SendPlan, kind: str, trouble: ChannelUnavailable) -> AttemptResult:
        asked_s = trouble.retry_after_s
        return AttemptResult(
            Result.UNAVAILABLE,
            kind,
            plan.choice.skipped,
            trouble.detail,
            doubtful=trouble.doubtful,
            alternative=self.has_alternative(plan),
            provider_fault=trouble.provider_fault,
            retry_after=None if asked_s is None else timedelta(seconds=asked_s * self.clock.speed),
            probe=plan.probe,
        )

    async def _mark_refused(self, plan: SendPlan, kind: str) -> None:
        """Use the address for no notification any more, until the contact is registered again."""
        stored, channel = plan.contact, plan.choice.channel
        if stored is None or channel is None:
            return
        address = channel.address

        def decide(known: Contact | None) -> Change[Contact] | None:
            if known is None or known.refusing(address) == known:
                return None
            return Change(known.refusing(address), entry=Entry("refused", "system", kind))

        event = plan.notification.cause
        cause = Cause(REFUSAL, event.id, self.clock.now(), remembered=False)
        if await self.contacts.change(stored.id, cause, decide):
            metrics.ADDRESSES_REFUSED.labels(kind).inc()

    def _letter(self, plan: SendPlan, key: RecipientKey) -> Letter:
        notification, stored, channel = plan.notification, plan.contact, plan.choice.channel
        if stored is None or channel is None:
            message = "only the log needs no address"
            raise ValueError(message)
        contact = stored.state
        name = None if contact.name is None else key.open(contact.name, stored.id).decode()
        values = self._values(notification)
        text = self.texts.render(notification.template, notification.audience, contact.locale, values, name)
        return Letter(
            id=notification.id,
            address=key.open(channel.address, stored.id).decode(),
            written_at=notification.created_at,
            text=text,
            order_id=notification.cause.order_id,
            urgent=notification.row.urgency is Urgency.URGENT,
        )

    def _values(self, notification: Notification) -> Mapping[str, Any]:
        """The parameters of the text. A one-time code is derived here and exists only in the letter."""
        if CODE_SERIAL not in notification.parameters:
            return notification.parameters
        code = one_time_code(self.code_key, notification.cause.order_id, notification.parameters[CODE_SERIAL])
        return {**notification.parameters, "code": code}
