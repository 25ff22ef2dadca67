"""`recipient.erasure_requested.v1`: make a person's data unreadable, also in copies of the database."""

from __future__ import annotations

from contracts.events.recipients import RecipientErased
from contracts.message import Message
from contracts.requests.recipients import RecipientErasureRequested
from contracts.values import Role
from services.notifications.domain.channels.contact import Contact, contact_id, erased
from services.notifications.ports import Vault
from services.runtime.change import Change, Entry, Store, cause_of
from services.runtime.clock import Clock
from services.runtime.errors import Rejected
from services.runtime.facts import require_not_ahead
from services.runtime.route import Handler


def on_erasure_requested(contacts: Store[Contact], vault: Vault, clock: Clock) -> Handler:
    """First destroy the key, for ever; then save the receipt.

    After a crash between the two, the redelivery saves it.

    Raises `Rejected` for a time ahead of ours, an actor who is neither the person nor an operator, and a
    request that is older than a known contact.
    """

    async def handle(message: Message[RecipientErasureRequested]) -> None:
        request = message.data
        require_not_ahead(message.time, clock.now())
        is_person = (request.by.role, request.by.id) == (request.role, request.recipient_id)
        if not is_person and request.by.role is not Role.OPERATOR:
            raise Rejected("wrong_actor", pointer="/by")
        about = contact_id(request.role.value, request.recipient_id)
        if not await vault.destroy(about, message.time):
            raise Rejected("out_of_date")
        event = RecipientErased(recipient_id=request.recipient_id, role=request.role, at=message.time)
        rest = erased(request.recipient_id, request.role.value, message.time)

        def decide(known: Contact | None) -> Change[Contact]:
            state = known if known is not None and known.as_of > message.time else rest
            return Change(state, events=(event,), entry=Entry("erased", request.by.role.value))

        await contacts.change(about, cause_of(message), decide)

    return handle
