"""A merchant, and the messages about a meal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from contracts.enums import Role
from contracts.requests.merchants import (
    MerchantChangeProposed,
    MerchantOpened,
    MerchantOrderAccepted,
    MerchantOrderReady,
    MerchantOrderRejected,
    MerchantRegistered,
    MerchantResidenceAttested,
)
from contracts.requests.orders import OrderChangeAnswered
from contracts.values import Actor
from tests.support.builders import CUSTOMER, PARK, STATION, an_order_requested

if TYPE_CHECKING:
    from contracts.requests.orders import OrderRequested
    from contracts.values import Value
    from tests.support.outside import OutsideApp

WARUNG = {**STATION, "label": "Warung Bu Sri", "merchant_id": "m-1"}
HOMESTAY = {
    **PARK,
    "label": "Homestay Osing",
    "lodging": {"name": "Homestay Osing", "room": "7", "reception": True},
}
TEMPONG = {"sku": "sego-tempong", "name": "Sego tempong", "quantity": 2, "unit_price": 15_000}
RUJAK = {"sku": "rujak-soto", "name": "Rujak soto", "quantity": 1, "unit_price": 17_000}
STEP = {"merchant_id": "m-1", "order_id": "o-1"}
BY_CUSTOMER = Actor(role=Role.CUSTOMER, id=CUSTOMER["id"])
Known = Callable[..., Awaitable[None]]
"""Waits until this is stored of a merchant."""


def a_meal_requested(**changes: Any) -> OrderRequested:
    meal = {"service": "food", "pickup": WARUNG, "dropoff": HOMESTAY, "items": [TEMPONG, RUJAK]}
    return an_order_requested(**{**meal, **changes})


def an_open_merchant(merchant_id: str = "m-1") -> tuple[Value, ...]:
    """The facts of an open merchant: registered, attested, open."""
    place = {**WARUNG, "merchant_id": merchant_id}
    by = {"role": "agency", "id": "dispendukcapil"}
    attested = {
        "merchant_id": merchant_id,
        "by": by,
        "district_code": "35.10.16",
        "valid_until": "2027-06-30",
    }
    return (
        MerchantRegistered.model_validate(
            {"merchant_id": merchant_id, "place": place, "name": "Warung Bu Sri"}
        ),
        MerchantResidenceAttested.model_validate(attested),
        MerchantOpened(merchant_id=merchant_id),
    )


def a_meal_accepted(**changes: Any) -> MerchantOrderAccepted:
    return MerchantOrderAccepted.model_validate({**STEP, "ready_in_minutes": 20, **changes})


def a_meal_rejected(**changes: Any) -> MerchantOrderRejected:
    return MerchantOrderRejected.model_validate({**STEP, "reason": "the gas is empty", **changes})


def a_meal_ready(**changes: Any) -> MerchantOrderReady:
    return MerchantOrderReady.model_validate({**STEP, **changes})


def a_change_proposed(**changes: Any) -> MerchantChangeProposed:
    instead = {"proposal_id": "pr-1", "items": [{**RUJAK, "quantity": 2}], "until": "2027-01-01T00:00:00Z"}
    return MerchantChangeProposed.model_validate({**STEP, **instead, **changes})


def a_change_answered(**changes: Any) -> OrderChangeAnswered:
    answer = {"order_id": "o-1", "by": BY_CUSTOMER, "proposal_id": "pr-1", "accepted": True}
    return OrderChangeAnswered.model_validate({**answer, **changes})


async def a_meal_asked_for(app: OutsideApp) -> None:
    await app.request(a_meal_requested())
    await app.event("merchant.briefed.v1", order_id="o-1")
