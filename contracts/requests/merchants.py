"""Requests by and about merchants: facts about their place, and their answers to an order."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.values import Actor, Day, DistrictCode, Id, Item, Place, Short, UtcTime, Value

Minutes = Annotated[int, Field(strict=True, ge=0, le=1440, description="minutes")]


class MerchantRegistered(Value):
    """A merchant and where he cooks; a newer one replaces place and name."""

    merchant_id: Id
    place: Place
    name: Short


class MerchantResidenceAttested(Value):
    """An agency attests that the merchant is a resident of the regency."""

    merchant_id: Id
    by: Actor
    district_code: DistrictCode
    valid_until: Day


class MerchantResidenceRevoked(Value):
    """The attestation no longer holds."""

    merchant_id: Id
    by: Actor


class MerchantOpened(Value):
    """The merchant takes orders from now on."""

    merchant_id: Id


class MerchantClosed(Value):
    """The merchant takes no new orders; what he has accepted is finished."""

    merchant_id: Id


class MerchantRushStarted(Value):
    """Every meal takes so many minutes longer; with `pause_intake` no new order is taken."""

    merchant_id: Id
    extra_minutes: Minutes
    pause_intake: bool = False


class MerchantRushEnded(Value):
    """The kitchen is back to its usual pace."""

    merchant_id: Id


class MerchantOrderAccepted(Value):
    """The merchant cooks it, and says how long that takes."""

    merchant_id: Id
    order_id: Id
    ready_in_minutes: Minutes


class MerchantOrderRejected(Value):
    """The merchant does not cook it."""

    merchant_id: Id
    order_id: Id
    reason: Short


class MerchantOrderReady(Value):
    """The meal stands on the counter."""

    merchant_id: Id
    order_id: Id


class MerchantChangeProposed(Value):
    """Something is sold out: these items instead, if the customer agrees by `until`."""

    merchant_id: Id
    order_id: Id
    proposal_id: Id
    items: Annotated[list[Item], Field(max_length=200)]
    until: UtcTime
