"""Requests about who else pays: programmes of the regency, and donors."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.values import Actor, Day, Id, Value

Month = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="calendar month of the regency, e.g. 2026-11"),
]
Budget = Annotated[int, Field(strict=True, ge=0, le=10**12, description="whole rupiah")]


class ProgrammeBudgetSet(Value):
    """A programme may spend up to `cap` in the period on these services; a newer one replaces the cap."""

    programme_id: Id
    period: Month
    cap: Budget
    services: Annotated[list[Id], Field(min_length=1, max_length=32)]
    by: Actor


class ProgrammeBeneficiaryAttested(Value):
    """The programme pays for this person until the day."""

    programme_id: Id
    customer_id: Id
    by: Actor
    valid_until: Day


class DonationPledged(Value):
    """A donor pays for orders of a campaign up to the amount; further pledges add to it."""

    donor_id: Id
    campaign_id: Id
    amount: Budget
