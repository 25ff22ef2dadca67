"""What the parties of an order may say: each message that they may send about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.events.matching import MatchFailed, MatchMade, MatchWithdrawn
from contracts.requests import drivers, merchants
from contracts.requests.agencies import AgencyReturnConfirmed
from contracts.requests.orders import (
    OrderCancellationRequested,
    OrderChangeAnswered,
    OrderChangeRequested,
    OrderCodeRequested,
)
from contracts.values import Value
from tests.support.builders import RESIDENCE, VEHICLE
from tests.support.meals import RUJAK, TEMPONG

if TYPE_CHECKING:
    from services.orders.domain.order import Order

OFFICE = "dispendukcapil"
NEARER = {"lat": -8.2116, "lng": 114.3735, "label": "around the corner"}
STRANGER = "nobody"


def matching_says(order: Order, driver: str) -> dict[str, Value]:
    """Answer → message: what matching may answer to the present search."""
    match = {
        "order_id": order.order_id,
        "attempt": order.attempt,
        "driver_id": driver,
        "offer_id": f"of-{order.attempt}-{driver}",
    }
    made = {**match, "vehicle": VEHICLE, "residence": RESIDENCE, "eta_s": 60}
    offer = order.assignment.offer_id if order.assignment else match["offer_id"]
    gone = {**match, "driver_id": order.driver_id or driver, "offer_id": offer, "reason": "vanished"}
    return {
        "made": MatchMade.model_validate(made),
        "failed": MatchFailed(order_id=order.order_id, attempt=order.attempt, reason="no_driver"),
        "withdrawn": MatchWithdrawn.model_validate(gone),
    }


def driver_says(order: Order, digits: str | None) -> dict[str, Value]:
    """Report → message: what the driver may report, in any order."""
    who = {"order_id": order.order_id, "driver_id": order.driver_id or "d-1"}
    seal = {"envelope": order.details["envelope"]} if "envelope" in order.details else {}
    code = {"code": digits} if digits is not None else {}
    return {
        "arrives": drivers.DriverArrived.model_validate(who),
        "picks up": drivers.DriverPickedUp.model_validate({**who, "proof": seal}),
        "delivers": drivers.DriverDelivered.model_validate({**who, "proof": {**seal, **code}}),
        "rides back": drivers.DriverPickedUp.model_validate({**who, "leg": "back"}),
        "is back": drivers.DriverDelivered.model_validate({**who, "leg": "back"}),
        "guesses the code": drivers.DriverDelivered.model_validate(
            {**who, "proof": {**seal, "code": "000000"}}
        ),
        "shows another envelope": drivers.DriverPickedUp.model_validate(
            {**who, "proof": {"envelope": "ENV-9999"}}
        ),
        "finds nobody": drivers.DriverDeliveryFailed.model_validate({**who, "reason": "recipient_absent"}),
        "brings back": drivers.DriverReturned.model_validate({**who, "proof": seal}),
        "gives up": drivers.DriverCancelled.model_validate({**who, "reason": "flat_tyre"}),
    }


def merchant_says(order: Order, until: str) -> dict[str, Value]:
    """Report → message: what the merchant may report."""
    who = {"order_id": order.order_id, "merchant_id": order.merchant_id or "m-1"}
    instead = {"proposal_id": f"pr-{order.order_id}", "items": [RUJAK], "until": until}
    return {
        "accepts": merchants.MerchantOrderAccepted.model_validate({**who, "ready_in_minutes": 20}),
        "wants all day": merchants.MerchantOrderAccepted.model_validate({**who, "ready_in_minutes": 900}),
        "refuses": merchants.MerchantOrderRejected.model_validate({**who, "reason": "the gas is empty"}),
        "is ready": merchants.MerchantOrderReady.model_validate(who),
        "has sold out": merchants.MerchantChangeProposed.model_validate({**who, **instead}),
    }


def parties_say(order: Order) -> dict[str, Value]:
    """Request → message: what customer, recipient and agency may send."""
    role = "agency" if order.agency_id else "customer"
    who = {"order_id": order.order_id, "by": {"role": role, "id": order.customer.id}}
    proposal = order.proposal.proposal_id if order.proposal else f"pr-{order.order_id}"
    envelope = str(order.details.get("envelope", "ENV-0042"))
    return {
        "cancels": OrderCancellationRequested.model_validate(who),
        "wants another door": OrderChangeRequested.model_validate({**who, "dropoff": NEARER}),
        "wants other dishes": OrderChangeRequested.model_validate({**who, "items": [TEMPONG]}),
        "says yes": OrderChangeAnswered.model_validate({**who, "proposal_id": proposal, "accepted": True}),
        "says no": OrderChangeAnswered.model_validate({**who, "proposal_id": proposal, "accepted": False}),
        "wants a new code": OrderCodeRequested.model_validate(who),
        "takes it back": AgencyReturnConfirmed(
            agency_id=order.agency_id or OFFICE, order_id=order.order_id, envelope=envelope
        ),
    }


def forged(data: Value) -> Value:
    """The same message from another person, who may not send it."""
    fields = type(data).model_fields
    changes: dict[str, Any] = {
        name: STRANGER for name in ("merchant_id", "driver_id", "agency_id") if name in fields
    }
    if "by" in fields:
        changes["by"] = {**data.model_dump()["by"], "id": STRANGER}
    return type(data).model_validate({**data.model_dump(by_alias=True), **changes})
