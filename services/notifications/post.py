"""The sending path: the only place where an address is clear, for as long as one letter takes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import structlog

from contracts.codes import one_time_code
from services.notifications.domain.contact import Choice, Contact
from services.notifications.domain.notification import Notification, Outcome, Result
from services.notifications.ports import AddressRefused, Channel, ChannelUnavailable, Letter, LogChannel, Seal, Store, Texts
from services.runtime.aggregates import Stored
from services.runtime.errors import Away

LOG = "log"
SERIAL = "code_serial"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Post:
    """`log_roles`: whoever has one of these roles and no contact is told in the log instead of not at all."""

    contacts: Store[Contact]
    channels: Mapping[str, Channel]
    log_channel: LogChannel | None
    texts: Texts
    seal: Seal
    within_s: float
    log_roles: AbstractSet[str] = frozenset()
    code_key: bytes = b""

    async def deliver(self, notification: Notification) -> Outcome:
        """One attempt, at most `within_s` real seconds. Raises only `DatabaseAway`."""
        stored = await self._contact(notification)
        if stored is None:
            return self._without_address(notification, Choice(None), known=False)
        choice = stored.state.choose(self.channels.keys())
        if choice.channel is None:
            return self._without_address(notification, choice, known=True)
        return await self._send(notification, stored, choice, choice.channel.kind)

    async def _contact(self, notification: Notification) -> Stored[Contact] | None:
        for contact_id in notification.contact_ids:
            stored = await self.contacts.get(contact_id)
            if stored is not None:
                return stored
        return None

    def _without_address(self, notification: Notification, choice: Choice, *, known: bool) -> Outcome:
        if self.log_channel is None or not (known or notification.role in self.log_roles):
            return Outcome(Result.NO_CONTACT, skipped=choice.skipped)
        self.log_channel.note(notification)
        return Outcome(Result.SENT, LOG, choice.skipped)

    async def _send(self, notification: Notification, stored: Stored[Contact], choice: Choice, kind: str) -> Outcome:
        try:
            async with asyncio.timeout(self.within_s):
                await self.channels[kind].send(self._letter(notification, stored, choice))
        except AddressRefused as refusal:
            return Outcome(Result.REFUSED, kind, choice.skipped, refusal.detail)
        except ChannelUnavailable as trouble:
            return Outcome(Result.UNAVAILABLE, kind, choice.skipped, trouble.detail)
        except TimeoutError:
            return Outcome(Result.UNAVAILABLE, kind, choice.skipped, "timeout")
        except Away:
            raise
        except Exception as error:  # noqa: BLE001  its text may repeat the address: only its class is told
            log.error("notification.broken", notification=notification.id, error=type(error).__name__)  # noqa: TRY400
            return Outcome(Result.UNAVAILABLE, kind, choice.skipped, "broken")
        return Outcome(Result.SENT, kind, choice.skipped)

    def _letter(self, notification: Notification, stored: Stored[Contact], choice: Choice) -> Letter:
        contact, sealed = stored.state, choice.channel.address if choice.channel else b""
        name = None if contact.name is None else self._clear(contact.name, stored.id)
        text = self.texts.render(notification.template, notification.role, contact.locale, self._values(notification), name)
        return Letter(notification.id, self._clear(sealed, stored.id), notification.created_at, text)

    def _values(self, notification: Notification) -> Mapping[str, Any]:
        """A one-time code is here and in the letter, and nowhere else."""
        if SERIAL not in notification.parameters:
            return notification.parameters
        code = one_time_code(self.code_key, notification.cause.order_id, notification.parameters[SERIAL])
        return {**notification.parameters, "code": code}

    def _clear(self, sealed: bytes, contact_id: str) -> str:
        return self.seal.open(sealed, contact_id).decode()
