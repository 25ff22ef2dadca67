"""Which roles may send which request, and in whose name a request speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.values import Actor, Customer, CustomerKind, Role

if TYPE_CHECKING:
    from contracts.values import Value

OFFICE = frozenset({Role.AGENCY})
OVERSIGHT = frozenset({Role.AGENCY, Role.OPERATOR})
ORDERING = frozenset({Role.CUSTOMER, Role.AGENCY})

# Every request that names a person in `by`. Its owner checks whether they are a party of the order.
SPEAKERS: dict[str, frozenset[Role]] = {
    "order.cancellation_requested.v1": frozenset({Role.CUSTOMER, Role.MERCHANT, Role.AGENCY, Role.OPERATOR}),
    "order.report_requested.v1": frozenset(
        {Role.CUSTOMER, Role.DRIVER, Role.MERCHANT, Role.AGENCY, Role.OPERATOR}
    ),
    "order.code_requested.v1": frozenset({Role.RECIPIENT, Role.CUSTOMER, Role.AGENCY, Role.OPERATOR}),
    "order.change_requested.v1": ORDERING | {Role.OPERATOR},
    "order.change_answered.v1": ORDERING | {Role.MERCHANT, Role.OPERATOR},
    "merchant.residence_attested.v1": OFFICE,
    "merchant.residence_revoked.v1": OFFICE,
    "programme.budget_set.v1": OVERSIGHT,
    "programme.beneficiary_attested.v1": OFFICE,
    "route.status_changed.v1": OVERSIGHT,
    "recipient.erasure_requested.v1": frozenset(Role) - {Role.UNKNOWN, Role.SYSTEM},
    "driver.residence_attested.v1": OFFICE,
    "driver.residence_revoked.v1": OFFICE,
    "driver.certified.v1": OVERSIGHT,
    "driver.suspended.v1": OVERSIGHT,
    "driver.reinstated.v1": OVERSIGHT,
    "order.emergency_raised.v1": frozenset(Role) - {Role.SYSTEM, Role.UNKNOWN},
    "emergency.resolved.v1": frozenset({Role.OPERATOR}),
}


def may_say(message_type: str, data: Value) -> bool:
    """Tell whether the role in `by` may send this request; a request without `by` always may be sent."""
    by = getattr(data, "by", None)
    return not isinstance(by, Actor) or by.role in SPEAKERS.get(message_type, ())


NAMED = (
    ("driver_id", Role.DRIVER),
    ("merchant_id", Role.MERCHANT),
    ("agency_id", Role.AGENCY),
    ("donor_id", Role.CUSTOMER),
)


def speaks_for(data: Value) -> tuple[Actor, ...]:
    """Find in whose name a request speaks: its login must have the right to speak for one of them.

    Empty where it speaks for no one in particular.

    It is the person in `by`; else the customer of an order, or the agency that it names; else the person that
    the contact is of; else the driver, merchant, agency or donor that it names.
    """
    by, customer = getattr(data, "by", None), getattr(data, "customer", None)
    if isinstance(by, Actor):
        return (by,)
    if isinstance(customer, Customer):
        role = Role.AGENCY if customer.kind is CustomerKind.AGENCY else Role.CUSTOMER
        agency_id = getattr(data, "agency_id", None)
        return (
            Actor(role=role, id=customer.id),
            *((Actor(role=Role.AGENCY, id=agency_id),) if agency_id else ()),
        )
    contact, known_as = getattr(data, "recipient_id", None), getattr(data, "role", None)
    if isinstance(contact, str) and isinstance(known_as, Role):
        return (Actor(role=known_as, id=contact),)
    said = [(role, getattr(data, name, None)) for name, role in NAMED]
    return tuple(Actor(role=role, id=name) for role, name in said if isinstance(name, str))[:1]
