"""Requests by and about drivers: facts and answers (matching), steps of a trip (orders)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.values import (
    Actor,
    Day,
    DistrictCode,
    Id,
    Latitude,
    Leg,
    Longitude,
    Point,
    Proof,
    Short,
    UtcTime,
    Value,
    Vehicle,
    Word,
)

MAX_POSITIONS = 500


class PaperKind(Word):
    """Driving licence C and the vehicle's registration."""

    SIM_C = "sim_c"
    STNK = "stnk"
    UNKNOWN = "unknown"


class Paper(Value):
    """A paper and the last day on which it is valid."""

    kind: PaperKind
    valid_until: Day


class DriverRegistered(Value):
    """A driver with the one vehicle he may use."""

    driver_id: Id
    vehicle: Vehicle
    papers: Annotated[list[Paper], Field(max_length=16)]


class DriverResidenceAttested(Value):
    """An agency attests that the driver lives in the regency."""

    driver_id: Id
    by: Actor
    district_code: DistrictCode
    valid_until: Day


class DriverResidenceRevoked(Value):
    """The attestation no longer holds."""

    driver_id: Id
    by: Actor


class DriverCertified(Value):
    """The driver may carry what the certification names."""

    driver_id: Id
    by: Actor
    certification: Id
    valid_until: Day


class DriverSuspended(Value):
    """The driver gets no new order until he is reinstated."""

    driver_id: Id
    by: Actor
    reason: Short


class DriverReinstated(Value):
    """The suspension is over."""

    driver_id: Id
    by: Actor
    reason: Short | None = None


class DriverShiftStarted(Value):
    """The driver works from now on, beginning at `place`."""

    driver_id: Id
    place: Point


class DriverShiftEnded(Value):
    """The driver goes home: no new offers; a trip under way is finished."""

    driver_id: Id


class DriverStandbyJoined(Value):
    """The driver waits at a partner's place, behind whoever came before him."""

    driver_id: Id
    standby_id: Id


class DriverStandbyLeft(Value):
    """The driver waits there no longer."""

    driver_id: Id
    standby_id: Id


class DriverEmergencyRaised(Value):
    """The driver pressed the emergency button."""

    driver_id: Id
    order_id: Id | None = None
    place: Point


class Position(Value):
    """Where a driver was at an instant."""

    driver_id: Id
    lat: Latitude
    lng: Longitude
    at: UtcTime


class DriverPositionsReported(Value):
    """Positions of many drivers in one message; losing an old one is harmless."""

    positions: Annotated[list[Position], Field(max_length=MAX_POSITIONS)]


class DriverOfferAccepted(Value):
    """The driver takes the order."""

    driver_id: Id
    offer_id: Id


class DriverOfferDeclined(Value):
    """The driver does not want the order."""

    driver_id: Id
    offer_id: Id
    reason: Short | None = None


class DriverArrived(Value):
    """The driver stands at the pick-up."""

    driver_id: Id
    order_id: Id
    leg: Leg | None = None
    proof: Proof | None = None


class DriverPickedUp(DriverArrived):
    """The driver has the passenger or the goods; implies the arrival."""


class DriverDelivered(DriverArrived):
    """The driver is at the end of the leg; implies arrival and pick-up."""


class DriverReturned(DriverArrived):
    """The courier brought the goods back to where they came from."""


class DriverDeliveryFailed(Value):
    """The courier could not hand over."""

    driver_id: Id
    order_id: Id
    reason: Short


class DriverCancelled(Value):
    """The driver gives the order back; another one is searched."""

    driver_id: Id
    order_id: Id
    reason: Short
