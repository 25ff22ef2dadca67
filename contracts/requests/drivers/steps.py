"""The steps of a trip as the driver reports them, and their call for help. Owner: orders."""

from __future__ import annotations

from pydantic import Field

from contracts.shared_fields import OrderId
from contracts.values import Id, Leg, Point, Proof, Short, Value

DRIVER = "The driver who has the order; another driver is rejected as `wrong_driver`."


class DriverArrived(Value):
    """The driver is at the pick-up."""

    driver_id: Id = Field(description=DRIVER)
    order_id: OrderId
    leg: Leg | None = Field(
        default=None,
        description="Which leg the step belongs to, on a trip with a way back; without it the way out. "
        "Other services do not read it.",
    )
    proof: Proof | None = Field(
        default=None,
        description="What the courier shows, as `assignment.briefed` asks for it. A step without a proof "
        "that it needs is rejected as `proof_missing`; an arrival needs none.",
    )


class DriverPickedUp(DriverArrived):
    """The driver has the passenger or the goods; implies the arrival."""


class DriverDelivered(DriverArrived):
    """The driver is at the end of the leg; implies arrival and pick-up."""


class DriverReturned(DriverArrived):
    """The courier brought the goods back to where they came from."""


class DriverDeliveryFailed(Value):
    """The courier could not hand the goods over, and keeps them."""

    driver_id: Id = Field(description=DRIVER)
    order_id: OrderId
    reason: Short = Field(
        description="Why: `recipient_absent`, `recipient_refused`, `address_not_found` or "
        "`not_identified`; any other text counts as `delivery_failed`."
    )


class DriverCancelled(Value):
    """The driver gives the order back, and another driver is searched."""

    driver_id: Id = Field(description=DRIVER)
    order_id: OrderId
    reason: Short = Field(
        description="Why, as a reason code with which orders end. One that is the customer's fault, e.g. "
        "`customer_no_show`, cancels the order where the driver has waited at the pick-up as long as the "
        "service asks."
    )


class DriverEmergencyRaised(Value):
    """The driver calls for help; it is never refused."""

    driver_id: Id = Field(
        description="The driver who calls for help; they are asked for nothing until it is closed."
    )
    order_id: Id | None = Field(
        default=None, description="The order during which it happens; without it the call is about no order."
    )
    place: Point = Field(description="Where help is needed; only the emergency desk reads it.")
