"""Orders that a programme or a donor pays, out of a budget that is never overspent.

The order is written first and names the budget; then the budget holds the amount; then the order begins. So
a hold always has an order that will settle or release it, wherever a process dies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from contracts.values import Customer, CustomerKind, Day, Payer, PayerKind
from services.orders.domain.hours import LOCAL_TIME

# The process that took the order in asks the budget at once; this timer is for the case that it died.
ASK_AGAIN_AFTER = timedelta(seconds=5)


class HoldState(StrEnum):
    """What the budget holds for the order, as far as the order knows."""

    WANTED = "wanted"
    HELD = "held"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Funding:
    """The budget that pays for the order. `amount`: whole rupiah, the most that the order may cost."""

    budget_id: str
    amount: int
    hold: HoldState = HoldState.WANTED


@dataclass(frozen=True, slots=True)
class ProgrammeRules:
    """The programme of a service: it pays for an attested person where the request names no payer.

    `attested_only`: no programme pays for anyone else.
    """

    programme_id: str
    attested_only: bool = True


@dataclass(frozen=True, slots=True)
class PayerRecord:
    """What is known about a payer.

    `services`: what the budget pays for; empty: all. `attested_until`: until when it pays for this person.
    """

    services: tuple[str, ...] = ()
    attested_until: Day | None = None


def budget_id(payer: Payer, at: datetime) -> str:
    """The id of the budget: a programme's for the month of the trip, by local time, or a donor's campaign."""
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
    """The reason code where this payer does not pay for this customer; None where they do."""
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
            # A pledge is spent by the donor, or by an agency that organises the campaign.
            spends = customer.id == payer.id or customer.kind is CustomerKind.AGENCY
            return None if spends else "payer_not_allowed"
        case _:
            return "payer_unknown"


def with_closed_hold(funding: Funding) -> Funding:
    """The funding after its hold was settled or released."""
    return replace(funding, hold=HoldState.CLOSED)
