"""Which roles may say what: the word of anybody else is refused as `wrong_actor`, whoever published it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.values import Actor, Role

if TYPE_CHECKING:
    from contracts.values import Value

OFFICE = frozenset({Role.AGENCY})
OVERSIGHT = frozenset({Role.AGENCY, Role.OPERATOR})
ORDERING = frozenset({Role.CUSTOMER, Role.AGENCY})

# Every request that names a person in `by`. Whether he is a party of this very order is for its owner to check.
SPEAKERS: dict[str, frozenset[Role]] = {
    "order.cancellation_requested.v1": frozenset({Role.CUSTOMER, Role.MERCHANT, Role.AGENCY, Role.OPERATOR}),
    "order.report_requested.v1": frozenset({Role.CUSTOMER, Role.DRIVER, Role.MERCHANT, Role.AGENCY, Role.OPERATOR}),
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
    "emergency.resolved.v1": frozenset({Role.OPERATOR}),
}


def may_say(message_type: str, data: Value) -> bool:
    """Whether the role in `by` may say this; true for what names nobody."""
    by = getattr(data, "by", None)
    return not isinstance(by, Actor) or by.role in SPEAKERS.get(message_type, ())
