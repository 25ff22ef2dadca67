"""What an order costs, who pays, and who gets which part."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts.enums import PayerKind
from contracts.values.base import Value
from contracts.values.scalars import Id, Rupiah, Short


class Payer(Value):
    """The party that pays: the customer, a programme of the regency, or a donor."""

    kind: PayerKind = Field(default=PayerKind.CUSTOMER, description="Whose money it is.")
    id: Id | None = Field(
        default=None,
        description="The customer, programme or donor who pays. A programme and a donor must be named; "
        "without it the customer who orders pays.",
    )
    campaign_id: Id | None = Field(
        default=None,
        description="The campaign of a donor, by the id of `donation.pledged`. A donor must name it; other "
        "payers have none.",
    )


class Item(Value):
    """A line of what is ordered from a merchant."""

    sku: Id = Field(description="The merchant's own number for the article.")
    name: Short = Field(description="What it is, as the merchant and the customer read it.")
    quantity: Annotated[int, Field(strict=True, ge=1, le=1000)] = Field(description="How many of it.")
    unit_price: Rupiah = Field(
        description="The price of one, in whole rupiah; 0 is refused as `item_price_invalid`."
    )


class Surcharge(Value):
    """A named addition to the delivery price."""

    reason: Short = Field(description="What it is charged for, as the tariff names it, e.g. `night`.")
    amount: Rupiah = Field(description="What it adds, in whole rupiah; all of it is the driver's.")


class Fare(Value):
    """What an order costs: the items and the delivery price, which driver, app and welfare share."""

    total: Rupiah = Field(description="All that the payer pays, in whole rupiah: items and delivery price.")
    items_total: Rupiah = Field(default=0, description="What all items cost together, in whole rupiah.")
    driver_share: Rupiah = Field(
        description="The driver's part of the delivery price, in whole rupiah, surcharges included."
    )
    app_share: Rupiah = Field(description="The company's part of the delivery price, in whole rupiah.")
    welfare_share: Rupiah = Field(
        default=0,
        description="The part of the delivery price that goes into the drivers' welfare, in whole rupiah.",
    )
    merchant_share: Rupiah = Field(
        default=0, description="The merchant's part of `items_total`, in whole rupiah."
    )
    surcharges: list[Surcharge] = Field(
        default=[],
        description="Named additions to the delivery price; `driver_share` and `total` include them.",
    )
    payer: Payer = Field(default=Payer(), description="The party that pays the total.")

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.total != self.items_total + self.delivery:
            message = "the shares do not add up to the total"
            raise ValueError(message)
        return self

    @property
    def delivery(self) -> int:
        """The delivery price in whole rupiah: what driver, app and welfare share."""
        return self.driver_share + self.app_share + self.welfare_share
