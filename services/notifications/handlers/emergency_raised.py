"""`emergency.raised.v1`: tell the operators on duty at once, and the caller that the call was heard.

No one else: telling the driver that their passenger called for help, or the passenger that the driver did,
could put the caller's life at risk.
"""

from __future__ import annotations

from collections.abc import Sequence

from contracts.events.emergencies import EmergencyRaised
from contracts.message import Message
from services.notifications.domain.audience.table import CUSTOMER, DRIVER, OPERATOR, RECIPIENT
from services.notifications.sending.addressees import Addressee
from services.notifications.sending.opener import Opener
from services.notifications.sending.parameters import parameters_of
from services.runtime.route import Handler

CALLER_ROLES = {DRIVER: (DRIVER,), CUSTOMER: (CUSTOMER,), RECIPIENT: (RECIPIENT, CUSTOMER)}
"""Callers who are told, and the roles under which to look for their contact."""


def on_emergency_raised(opener: Opener, on_duty: Sequence[str]) -> Handler:
    """`on_duty`: recipients with the role operator. The place of the emergency is in no letter."""

    async def handle(message: Message[EmergencyRaised]) -> None:
        raised = message.data
        people = [Addressee(OPERATOR, operator, (OPERATOR,)) for operator in on_duty]
        role, caller = raised.raised_by.value, raised.raised_by_id or raised.driver_id
        if caller is not None and role in CALLER_ROLES:
            people.append(Addressee(role, caller, CALLER_ROLES[role]))
        await opener.open_all(message, people, raised.order_id or raised.emergency_id, parameters_of(raised))

    return handle
