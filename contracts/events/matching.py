"""What matching publishes: offers, matches, and whether a driver may be matched."""

from __future__ import annotations

from pydantic import Field

from contracts.shared_fields import (
    Attempt,
    DriverId,
    DriverResidence,
    Needs,
    OfferId,
    OrderFare,
    OrderId,
    PickedVehicle,
    ReasonCode,
)
from contracts.values import DistrictCode, Id, OfferOutcome, Place, UtcTime, Value


class OfferMade(Value):
    """Confidential, to one driver: an order is offered. The drop-off stays a district until they have it."""

    offer_id: Id = Field(
        description="The new offer, to be named in `driver.offer_accepted` or `driver.offer_declined`."
    )
    order_id: OrderId
    attempt: Attempt
    driver_id: Id = Field(description="The driver who is asked.")
    expires_at: UtcTime = Field(description="Until when the driver may answer.")
    pickup_at: UtcTime | None = Field(
        default=None, description="When the driver should be at the pick-up; absent: as soon as possible."
    )
    service: Id = Field(description="The order's service, by its name in the catalogue.")
    pickup: Place = Field(description="The exact place of the pick-up.")
    dropoff_district: DistrictCode | None = Field(
        default=None, description="The district of the drop-off; absent: not known."
    )
    pickup_distance_m: int = Field(description="Metres by road from the driver to the pick-up, estimated.")
    trip_distance_m: int = Field(description="Metres by road from the pick-up to the drop-off, estimated.")
    requirements: Needs
    fare: OrderFare


class OfferClosed(Value):
    """The offer is no longer open."""

    offer_id: OfferId
    order_id: OrderId
    driver_id: Id = Field(description="The driver who was asked.")
    outcome: OfferOutcome = Field(description="How the offer ended.")


class MatchMade(Value):
    """A driver accepted. It is a proposal: the order answers that the driver is assigned or refused."""

    order_id: OrderId
    attempt: Attempt
    driver_id: Id = Field(description="The driver who accepted.")
    offer_id: OfferId
    vehicle: PickedVehicle
    residence: DriverResidence
    eta_s: int = Field(
        description="Estimated seconds from the driver's yes to the pick-up; for a booked order, to the "
        "booked time."
    )


class MatchFailed(Value):
    """The search ended without a driver."""

    order_id: OrderId
    attempt: Attempt
    reason: ReasonCode = Field(description="Why the search ended, as a reason code: `no_driver`.")


class MatchWithdrawn(Value):
    """Matching takes a match back; before the pick-up the order searches again."""

    order_id: OrderId
    attempt: Attempt
    driver_id: Id = Field(description="The driver whose match is taken back.")
    offer_id: OfferId
    reason: ReasonCode = Field(
        description="Why it is taken back, as a reason code: `vanished`, `ineligible`, `reservation_lost`."
    )


class DriverReleased(Value):
    """The driver is free again."""

    driver_id: DriverId
    order_id: Id = Field(description="The order that the driver had until now.")


class DriverEligibilityChanged(Value):
    """Whether the driver may be matched at all has changed, or the reasons against it have."""

    driver_id: DriverId
    eligible: bool = Field(description="true: the driver may be matched; false: `reasons` say why not.")
    reasons: list[ReasonCode] = Field(
        default=[], description="Every reason against it, as reason codes; empty where there is none."
    )
