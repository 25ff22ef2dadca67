"""`recipient.contact_registered.v1`: how a person or party is reached from now on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from contracts.codec import body_of
from contracts.message import Message
from contracts.requests.recipients import ChannelKind, RecipientContactRegistered
from services.notifications.domain.channels.contact import (
    Contact,
    SealedChannel,
    contact_id,
    is_mail_address,
)
from services.notifications.ports import RecipientKey, Vault
from services.runtime.change import Change, Entry, Store, cause_of
from services.runtime.clock import Clock
from services.runtime.errors import Rejected
from services.runtime.facts import require_not_ahead
from services.runtime.route import Handler


def on_contact_registered(contacts: Store[Contact], vault: Vault, clock: Clock) -> Handler:
    """A fact: older than a known contact or erasure, it has no effect.

    Raises `Rejected` for a time ahead of ours and for a wrong e-mail address.
    """

    async def handle(message: Message[RecipientContactRegistered]) -> None:
        data = message.data
        require_not_ahead(message.time, clock.now())
        _check_addresses(data)
        about = contact_id(data.role.value, data.recipient_id)
        addresses = [channel.address for channel in data.channels]
        key = await vault.for_registration(about, message.time, addresses)
        if key is None:
            return
        registered = _sealed(data, message.time, key)

        def decide(known: Contact | None) -> Change[Contact] | None:
            if known is not None and known.is_newer_than(registered):
                return None
            return Change(registered, entry=Entry("registered", registered.role))

        # A plain digest of the body would let addresses be guessed: the vault's keyed mark stands in its
        # place.
        cause = replace(cause_of(message), digest=key.fingerprint(body_of(data)))
        await contacts.change(about, cause, decide)

    return handle


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
            raise Rejected("schema", detail="This is not a plain e-mail address.", pointer=pointer)
