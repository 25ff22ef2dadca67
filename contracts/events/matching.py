"""What matching says: offers, matches, and the drivers' standing."""

# ruff: noqa: RUF012  pydantic copies defaults for each model, and reads annotations
from __future__ import annotations

from contracts.measures import Attempt, Metres, ReasonCode, Seconds
from contracts.values import (
    DistrictCode,
    Fare,
    Id,
    OfferOutcome,
    Place,
    Requirements,
    Residence,
    UtcTime,
    Value,
    Vehicle,
)


class OfferMade(Value):
    """Confidential: one driver is asked. The drop-off stays a district until he is assigned."""

    offer_id: Id
    order_id: Id
    attempt: Attempt
    driver_id: Id
    expires_at: UtcTime
    pickup_at: UtcTime | None = None
    service: Id
    pickup: Place
    dropoff_district: DistrictCode | None = None
    pickup_distance_m: Metres
    trip_distance_m: Metres
    requirements: Requirements
    fare: Fare


class OfferClosed(Value):
    """The offer is no longer open."""

    offer_id: Id
    order_id: Id
    driver_id: Id
    outcome: OfferOutcome


class MatchMade(Value):
    """A proposal: this driver accepted. The order answers with assigned or refused."""

    order_id: Id
    attempt: Attempt
    driver_id: Id
    offer_id: Id
    vehicle: Vehicle
    residence: Residence
    eta_s: Seconds


class MatchFailed(Value):
    """The search life is over without a driver."""

    order_id: Id
    attempt: Attempt
    reason: ReasonCode


class MatchWithdrawn(Value):
    """Matching takes a match back."""

    order_id: Id
    attempt: Attempt
    driver_id: Id
    offer_id: Id
    reason: ReasonCode


class DriverReleased(Value):
    """The driver is free again."""

    driver_id: Id
    order_id: Id


class DriverEligibilityChanged(Value):
    """Whether the driver may be matched at all, and why not."""

    driver_id: Id
    eligible: bool
    reasons: list[ReasonCode] = []
