"""`recipient.erasure_requested.v1`: what is known of somebody becomes unreadable, here and in every copy of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from contracts.events.recipients import RecipientErased
from contracts.message import Message
from contracts.requests.recipients import RecipientErasureRequested
from contracts.values import Role
from services.notifications.domain.channels.contact import Contact, contact_id, erased
from services.notifications.ports import Vault
from services.runtime.change import Change, Entry, Store, cause_of
from services.runtime.clock import Clock
from services.runtime.errors import Rejected

AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class OnErasureRequested:
    """First the key, which nothing brings back, then the receipt: a crash between the two is mended by the second delivery."""

    contacts: Store[Contact]
    vault: Vault
    clock: Clock

    async def __call__(self, message: Message[RecipientErasureRequested]) -> None:
        """Raises `Rejected` for somebody else than the person or an operator, and where a newer contact is known."""
        said = message.data
        if message.time > self.clock.now() + AHEAD:
            raise Rejected("time_ahead")
        if said.by.role is not Role.OPERATOR and (said.by.role, said.by.id) != (said.role, said.recipient_id):
            raise Rejected("wrong_actor", pointer="/by")
        about = contact_id(said.role.value, said.recipient_id)
        if not await self.vault.destroy(about, message.time):
            raise Rejected("out_of_date")
        told = RecipientErased(recipient_id=said.recipient_id, role=said.role, at=message.time)

        def decide(known: Contact | None) -> Change[Contact]:
            newer = known is not None and known.as_of > message.time
            left = (
                known
                if known is not None and newer
                else erased(said.recipient_id, said.role.value, message.time)
            )
            return Change(left, events=(told,), entry=Entry("erased", said.by.role.value))

        await self.contacts.change(about, cause_of(message), decide)
