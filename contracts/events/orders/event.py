"""What every event of an order carries."""

from __future__ import annotations

from pydantic import Field

from contracts.shared_fields import OrderId
from contracts.values import Carried, Customer, DistrictCode, Id, Payer, Role, Texts, Value


class OrderEvent(Value):
    """An order as each of its events names it: ids, districts and who is told; never who or where exactly."""

    order_id: OrderId
    service: Id = Field(description="The order's service, by its name in the catalogue.")
    service_name: Texts = Field(
        default={}, description="The service's name for people: language tag → text; empty: it has none."
    )
    carries: Carried | None = Field(
        default=None, description="Whether the order carries a person or goods; absent: not known."
    )
    customer: Customer = Field(description="The customer who ordered it.")
    recipient_id: Id | None = Field(
        default=None,
        description="The person who receives the goods, where that is not the customer; absent: the "
        "customer does.",
    )
    merchant_id: Id | None = Field(
        default=None, description="The merchant at the pick-up; absent: the order has none."
    )
    agency_id: Id | None = Field(
        default=None, description="The agency that the order is for; absent: none takes part."
    )
    driver_id: Id | None = Field(
        default=None,
        description="The driver who has the order, or had it when it ended; absent: it has none.",
    )
    payer: Payer = Field(description="The party that pays for the order.")
    pickup_district: DistrictCode | None = Field(
        default=None, description="The district of the pick-up; absent: it lies outside the service area."
    )
    dropoff_district: DistrictCode | None = Field(
        default=None, description="The district of the drop-off; absent: it lies outside the service area."
    )
    tell: list[Role | str] = Field(
        default=[],
        description="The roles whose people get a notification of this event; empty: none does.",
    )
    notices: Texts | None = Field(
        default=None,
        description="What the service tells people beside each notification: language tag → text; absent: "
        "nothing.",
    )
