"""Requests about who else pays: programmes of the regency, and donors."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.shared_fields import ValidUntil
from contracts.values import Actor, Id, Value

Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Budget = Annotated[int, Field(strict=True, ge=0, le=10**12)]


class ProgrammeBudgetSet(Value):
    """Set what a programme may spend in a month on which services; a newer one replaces it."""

    programme_id: Id = Field(description="The programme that pays, by the id that a `payer` names.")
    period: Month = Field(
        description="The month of the trips that it pays for, in regency time, as year and month: 2026-11."
    )
    cap: Budget = Field(
        description="The most that it may spend in that month, in whole rupiah. Orders under way stay paid "
        "for when it is lowered."
    )
    services: Annotated[list[Id], Field(min_length=1, max_length=32)] = Field(
        description="The services that it pays for, by their names in the catalogue."
    )
    by: Actor = Field(description="The `agency` or `operator` that sets the budget.")


class ProgrammeBeneficiaryAttested(Value):
    """Attest that a programme pays for a person."""

    programme_id: Id = Field(description="The programme that pays for this person.")
    customer_id: Id = Field(
        description="The person it pays for: the recipient of an order that names one, otherwise its "
        "customer."
    )
    by: Actor = Field(description="The `agency` that attests it.")
    valid_until: ValidUntil


class DonationPledged(Value):
    """Pledge money for a campaign; further pledges of the donor add to it."""

    donor_id: Id = Field(
        description="The donor who pledges, by the id that a `payer` names. They and every agency may "
        "spend it."
    )
    campaign_id: Id = Field(
        description="The campaign, under an id that the app chooses; the pledges of each donor are kept "
        "apart."
    )
    amount: Budget = Field(description="What is added to the donor's pledge, in whole rupiah.")
