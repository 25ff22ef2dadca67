"""Fields that several messages share: form and meaning. A message that means more says so itself."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.values import Day, Fare, Id, Item, Requirements, Residence, Short, Vehicle

OrderId = Annotated[Id, Field(description="The order, by the id that `order.requested` gave it.")]
DriverId = Annotated[Id, Field(description="The driver, by the id of `driver.registered`.")]
MerchantId = Annotated[Id, Field(description="The merchant, by the id of `merchant.registered`.")]
EmergencyId = Annotated[
    Id, Field(description="The emergency; each call for help gets its own, which we make.")
]
OfferId = Annotated[Id, Field(description="The offer, by the id of `offer.made`.")]
ValidUntil = Annotated[
    Day, Field(description="The last day on which it is valid, in regency time; a day of the past ends it.")
]
Items = Annotated[list[Item], Field(max_length=200)]
Attempt = Annotated[int, Field(description="Which search for a driver of this order it is, counted from 1.")]
PickedVehicle = Annotated[
    Vehicle, Field(description="The driver's vehicle, with the plate that the passenger looks for.")
]
DriverResidence = Annotated[
    Residence, Field(description="Which agency attests that the driver lives in the regency.")
]
OrderFare = Annotated[Fare, Field(description="What the order costs, and who gets which part of it.")]
Needs = Annotated[Requirements, Field(description="What the order asks of its driver.")]
ReasonCode = Short
"""A code of `contracts.reasons`; the list may grow."""
