"""Requests by and about merchants: facts about their kitchen, and their answers to an order."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.shared_fields import Items, MerchantId, OrderId, ValidUntil
from contracts.values import Actor, DistrictCode, Id, Place, Short, UtcTime, Value

Minutes = Annotated[int, Field(strict=True, ge=0, le=1440)]


class MerchantRegistered(Value):
    """Register a merchant and where it cooks; a newer one replaces place and name."""

    merchant_id: Id = Field(
        description="The merchant, under an id that the app chooses and keeps; orders name it at the pick-up."
    )
    place: Place = Field(
        description="Where the merchant cooks; the pick-up of an order must lie near it, usually within "
        "200 m."
    )
    name: Short = Field(description="The merchant's name as people know it.")


class MerchantResidenceAttested(Value):
    """Attest that the merchant is a resident of the regency; without it the merchant gets no orders."""

    merchant_id: MerchantId
    by: Actor = Field(description="The `agency` that attests it.")
    district_code: DistrictCode = Field(description="The district in which the merchant lives.")
    valid_until: ValidUntil


class MerchantResidenceRevoked(Value):
    """Take the attestation back: the merchant gets no new orders."""

    merchant_id: MerchantId
    by: Actor = Field(description="The `agency` that takes it back.")


class MerchantOpened(Value):
    """The merchant takes orders from now on."""

    merchant_id: MerchantId


class MerchantClosed(Value):
    """The merchant takes no new orders; those that it accepted are finished."""

    merchant_id: MerchantId


class MerchantRushStarted(Value):
    """The kitchen is in a rush: every order takes longer until `merchant.rush_ended`."""

    merchant_id: MerchantId
    extra_minutes: Minutes = Field(
        description="Minutes that the rush adds to the `ready_in_minutes` of each order."
    )
    pause_intake: bool = Field(
        default=False, description="true: take no new orders until the rush ends; false: go on taking them."
    )


class MerchantRushEnded(Value):
    """The kitchen is back to its usual pace."""

    merchant_id: MerchantId


class MerchantOrderAccepted(Value):
    """The merchant accepts the order, and estimates how long it takes."""

    merchant_id: MerchantId
    order_id: OrderId
    ready_in_minutes: Minutes = Field(
        description="Minutes from now until the food is ready, without a rush; more than the service "
        "allows is rejected as `takes_too_long`."
    )


class MerchantOrderRejected(Value):
    """The merchant does not cook the order; it ends as unserved."""

    merchant_id: MerchantId
    order_id: OrderId
    reason: Short = Field(description="Why, in the merchant's own words; it is neither stored nor passed on.")


class MerchantOrderReady(Value):
    """The food is ready to be picked up."""

    merchant_id: MerchantId
    order_id: OrderId


class MerchantChangeProposed(Value):
    """Propose other items because something is sold out; the order is cancelled if the customer says no."""

    merchant_id: MerchantId
    order_id: OrderId
    proposal_id: Id = Field(
        description="The new proposal, under an id that the app chooses. A newer one replaces one that is "
        "not answered yet."
    )
    items: Items = Field(description="All items as the merchant can cook them, unchanged ones included.")
    until: UtcTime = Field(
        description="Until when the customer may answer; it is shortened to what the service allows."
    )
