"""Somebody else pays: a programme of the regency or a donor, out of a budget that is never overspent.

The order is written first and says which budget it wants; then the budget holds the amount; then the order begins. So a
hold always has an order that will settle or release it, wherever a process dies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from contracts.values import Customer, CustomerKind, Day, Payer, PayerKind
from services.orders.domain.hours import LOCAL_TIME

ASK_AGAIN_AFTER = timedelta(
    seconds=5
)  # whoever took the order in asks at once; this is for when he died over it


class HoldState(StrEnum):
    """What the order's budget knows of it."""

    WANTED = "wanted"
    HELD = "held"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Funding:
    """`amount`: whole rupiah, what the order may cost."""

    budget_id: str
    amount: int
    hold: HoldState = HoldState.WANTED


@dataclass(frozen=True, slots=True)
class ProgrammeRules:
    """`programme_id` pays where nobody is named and the person is attested; `attested_only`: no programme pays for others."""

    programme_id: str
    attested_only: bool = True


@dataclass(frozen=True, slots=True)
class PayerRecord:
    """What is known about a payer: the services that his budget is for (empty: any), and until when he pays for this person."""

    services: tuple[str, ...] = ()
    attested_until: Day | None = None


def budget_id(payer: Payer, at: datetime) -> str:
    """The budget of a programme in the month of the trip, or of a donor's campaign."""
    if payer.kind is PayerKind.PROGRAMME:
        return f"programme:{payer.id}:{at.astimezone(LOCAL_TIME):%Y-%m}"
    return f"donor:{payer.id}:{payer.campaign_id}"


def payer_refused(
    payer: Payer,
    customer: Customer,
    service: str,
    rules: ProgrammeRules | None,
    payer_record: PayerRecord | None,
    today: date,
) -> str | None:
    """The reason code where this payer does not pay for this customer."""
    match payer.kind:
        case PayerKind.CUSTOMER:
            return None if payer.id in {None, customer.id} else "payer_unknown"
        case PayerKind.PROGRAMME | PayerKind.DONOR if payer_record is None:
            return "payer_unknown"
        case PayerKind.PROGRAMME if payer_record is not None:
            if payer_record.services and service not in payer_record.services:
                return "payer_not_allowed"
            attested = payer_record.attested_until is not None and payer_record.attested_until >= today
            return "not_beneficiary" if rules is not None and rules.attested_only and not attested else None
        case PayerKind.DONOR:
            # A pledge is spent by the donor himself or by an agency that organises the drive, never by a stranger.
            return (
                None
                if customer.id == payer.id or customer.kind is CustomerKind.AGENCY
                else "payer_not_allowed"
            )
        case _:
            return "payer_unknown"


def with_closed_hold(funding: Funding) -> Funding:
    """Settled or released."""
    return replace(funding, hold=HoldState.CLOSED)
