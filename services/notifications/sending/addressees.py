"""Whom to tell of an order's event: each audience of its `tell`, and the roles of the contact to look up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.events.orders import OrderEvent
from contracts.values import CustomerKind
from services.notifications.domain.audience.table import (
    AGENCY,
    CODE,
    CUSTOMER,
    DRIVER,
    MERCHANT,
    OPERATOR,
    RECIPIENT,
    row_of,
    template_of,
)


@dataclass(frozen=True, slots=True)
class Addressee:
    """`audience` chooses the text.

    `contact_roles`: roles under which to look for the contact; the first found is used.
    """

    audience: str
    id: str
    contact_roles: tuple[str, ...]


def addressees(event_type: str, event: OrderEvent, on_duty: Sequence[str]) -> Iterator[Addressee]:
    """Everyone in the event's `tell` whose id is known and for whom a text exists; each person once.

    `on_duty`: operators.
    """
    told: set[str] = set()
    for audience in dict.fromkeys(map(str, event.tell)):
        if row_of(event_type, audience) is None:
            continue
        for addressee in _people(event_type, event, audience, on_duty):
            if addressee.id not in told:
                told.add(addressee.id)
                yield addressee


def _people(event_type: str, event: OrderEvent, audience: str, on_duty: Sequence[str]) -> Iterator[Addressee]:
    if audience == OPERATOR:
        yield from (Addressee(OPERATOR, who, (OPERATOR,)) for who in on_duty)
    elif audience == CUSTOMER:
        yield Addressee(CUSTOMER, event.customer.id, _roles_of_customer(event))
    elif audience == RECIPIENT and event.recipient_id is None and template_of(event_type) == CODE:
        yield Addressee(
            RECIPIENT, event.customer.id, _roles_of_customer(event)
        )  # the customer is the recipient
    else:
        known = {
            RECIPIENT: event.recipient_id,
            DRIVER: event.driver_id,
            MERCHANT: event.merchant_id,
            AGENCY: event.agency_id,
        }
        who = known.get(audience)
        if who is not None:
            yield Addressee(audience, who, (RECIPIENT, CUSTOMER) if audience == RECIPIENT else (audience,))


def _roles_of_customer(event: OrderEvent) -> tuple[str, ...]:
    return (AGENCY, CUSTOMER) if event.customer.kind is CustomerKind.AGENCY else (CUSTOMER,)
