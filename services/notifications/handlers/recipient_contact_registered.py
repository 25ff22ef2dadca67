"""`recipient.contact_registered.v1`: how somebody is reached, from now on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.codec import body_of
from contracts.message import Message
from contracts.requests.recipients import ChannelKind, RecipientContactRegistered
from services.notifications.domain.channels.contact import Contact, SealedChannel, contact_id, is_mail_address
from services.notifications.ports import RecipientKey, Vault
from services.runtime.change import Change, Entry, Store, cause_of
from services.runtime.clock import Clock
from services.runtime.errors import Rejected

AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class OnContactRegistered:
    """A fact: an older one than is known, or than an erasure, has no effect."""

    contacts: Store[Contact]
    vault: Vault
    clock: Clock

    async def __call__(self, message: Message[RecipientContactRegistered]) -> None:
        """Raises `Rejected` for a time ahead of ours and for what can be no e-mail address."""
        if message.time > self.clock.now() + AHEAD:
            raise Rejected("time_ahead")
        data = message.data
        _check_addresses(data)
        about = contact_id(data.role.value, data.recipient_id)
        key = await self.vault.for_registration(
            about, message.time, [channel.address for channel in data.channels]
        )
        if key is None:
            return
        registered = _sealed(data, message.time, key)

        def decide(known: Contact | None) -> Change[Contact] | None:
            if known is not None and known.is_newer_than(registered):
                return None
            return Change(registered, entry=Entry("registered", registered.role))

        # The mark of what was seen is kept: a plain digest of it would let addresses be guessed.
        cause = replace(cause_of(message), digest=key.mark(body_of(data)))
        await self.contacts.change(about, cause, decide)


def _sealed(data: RecipientContactRegistered, as_of: datetime, key: RecipientKey) -> Contact:
    about = contact_id(data.role.value, data.recipient_id)
    return Contact(
        recipient_id=data.recipient_id,
        role=data.role.value,
        locale=data.locale,
        as_of=as_of,
        channels=tuple(
            SealedChannel(channel.kind.value, key.seal(channel.address.encode(), about))
            for channel in data.channels
        ),
        name=None if data.display_name is None else key.seal(data.display_name.encode(), about),
        muted=frozenset(kind.value for kind in data.preferences.muted) if data.preferences else frozenset(),
        life=key.life,
    )


def _check_addresses(data: RecipientContactRegistered) -> None:
    for position, channel in enumerate(data.channels):
        if channel.kind is ChannelKind.EMAIL and not is_mail_address(channel.address):
            pointer = f"/channels/{position}/address"
            raise Rejected("schema", detail="The address is no plain e-mail address.", pointer=pointer)
