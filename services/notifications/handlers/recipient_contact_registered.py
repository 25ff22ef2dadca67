"""`recipient.contact_registered.v1`: how somebody is reached, from now on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from contracts.message import Message
from contracts.requests.recipients import ChannelKind, RecipientContactRegistered
from services.notifications.domain.contact import Contact, SealedChannel, contact_id, is_mail_address
from services.notifications.ports import Seal, Store
from services.runtime.aggregates import Change, Entry, cause_of
from services.runtime.clock import Clock
from services.runtime.errors import Rejected

AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class OnContactRegistered:
    """A fact: an older one than is known has no effect."""

    contacts: Store[Contact]
    seal: Seal
    clock: Clock

    async def __call__(self, message: Message[RecipientContactRegistered]) -> None:
        """Raises `Rejected` for a time ahead of ours and for what can be no e-mail address."""
        if message.time > self.clock.now() + AHEAD:
            raise Rejected("time_ahead")
        _check_addresses(message.data)
        registered = self._sealed(message)

        def decide(known: Contact | None) -> Change[Contact] | None:
            if known is not None and known.as_of > registered.as_of:
                return None
            return Change(registered, entry=Entry("registered", registered.role))

        await self.contacts.change(contact_id(registered.role, registered.recipient_id), cause_of(message), decide)

    def _sealed(self, message: Message[RecipientContactRegistered]) -> Contact:
        data = message.data
        context = contact_id(data.role.value, data.recipient_id)
        return Contact(
            recipient_id=data.recipient_id,
            role=data.role.value,
            locale=data.locale,
            as_of=message.time,
            channels=tuple(
                SealedChannel(channel.kind.value, self.seal.seal(channel.address.encode(), context)) for channel in data.channels
            ),
            name=None if data.display_name is None else self.seal.seal(data.display_name.encode(), context),
            muted=frozenset(kind.value for kind in data.preferences.muted) if data.preferences else frozenset(),
        )


def _check_addresses(data: RecipientContactRegistered) -> None:
    for position, channel in enumerate(data.channels):
        if channel.kind is ChannelKind.EMAIL and not is_mail_address(channel.address):
            pointer = f"/channels/{position}/address"
            raise Rejected("schema", detail="The address is no plain e-mail address.", pointer=pointer)
