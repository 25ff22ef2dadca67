"""The sending path: the only place where an address is clear, for as long as one letter takes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import structlog

from services.notifications.domain.contact import Choice, Contact
from services.notifications.domain.notification import Notification, Outcome, Result
from services.notifications.ports import AddressRefused, Channel, ChannelUnavailable, Letter, LogChannel, Seal, Store, Texts
from services.runtime.errors import Away

LOG = "log"
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

    async def deliver(self, notification: Notification) -> Outcome:
        """One attempt, at most `within_s` real seconds. Raises only `DatabaseAway`."""
        stored = await self.contacts.get(notification.contact_id)
        if stored is None:
            return self._without_address(notification, Choice(None), known=False)
        choice = stored.state.choose(self.channels.keys())
        if choice.channel is None:
            return self._without_address(notification, choice, known=True)
        return await self._send(notification, stored.state, choice, choice.channel.kind)

    def _without_address(self, notification: Notification, choice: Choice, *, known: bool) -> Outcome:
        if self.log_channel is None or not (known or notification.role in self.log_roles):
            return Outcome(Result.NO_CONTACT, skipped=choice.skipped)
        self.log_channel.note(notification)
        return Outcome(Result.SENT, LOG, choice.skipped)

    async def _send(self, notification: Notification, contact: Contact, choice: Choice, kind: str) -> Outcome:
        try:
            async with asyncio.timeout(self.within_s):
                await self.channels[kind].send(self._letter(notification, contact, choice))
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

    def _letter(self, notification: Notification, contact: Contact, choice: Choice) -> Letter:
        sealed = choice.channel.address if choice.channel else b""
        name = None if contact.name is None else self._clear(contact.name, notification)
        text = self.texts.render(notification.template, notification.role, contact.locale, notification.parameters, name)
        return Letter(notification.id, self._clear(sealed, notification), notification.created_at, text)

    def _clear(self, sealed: bytes, notification: Notification) -> str:
        return self.seal.open(sealed, notification.contact_id).decode()
