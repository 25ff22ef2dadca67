"""Facts about a driver: documents, residence, certifications, suspension, shift, standby. Owner: matching."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.shared_fields import DriverId, ValidUntil
from contracts.values import (
    Actor,
    Day,
    DistrictCode,
    Id,
    OpenEnum,
    Point,
    Short,
    Value,
    Vehicle,
)


class PaperKind(OpenEnum):
    """A document that every driver needs."""

    SIM_C = "sim_c", "Driving licence C, for motorcycles."
    STNK = "stnk", "The vehicle's registration."
    UNKNOWN = "unknown"


class Paper(Value):
    """A document of a driver."""

    kind: PaperKind = Field(description="Which document it is.")
    valid_until: Day = Field(description="The last day on which the document is valid, in regency time.")


class DriverRegistered(Value):
    """Register a driver with the one vehicle they may use; a newer one replaces vehicle and documents."""

    driver_id: Id = Field(description="The driver, under an id that the app chooses and keeps.")
    vehicle: Vehicle = Field(description="The one vehicle that the driver may use.")
    papers: Annotated[list[Paper], Field(max_length=16)] = Field(
        description="All documents that were shown; without a valid `sim_c` and `stnk` the driver gets no "
        "orders."
    )


class DriverResidenceAttested(Value):
    """Attest that the driver lives in the regency; without it the driver gets no orders."""

    driver_id: DriverId
    by: Actor = Field(description="The `agency` that attests it.")
    district_code: DistrictCode = Field(description="The district in which the driver lives.")
    valid_until: ValidUntil


class DriverResidenceRevoked(Value):
    """Take the attestation back: the driver gets no new orders."""

    driver_id: DriverId
    by: Actor = Field(description="The `agency` that takes it back.")


class DriverCertified(Value):
    """Certify that the driver may carry something special."""

    driver_id: DriverId
    by: Actor = Field(description="The `agency` or `operator` that certifies it.")
    certification: Id = Field(
        description="What the driver may carry, by the name that services ask for, e.g. `medicine`."
    )
    valid_until: ValidUntil


class DriverSuspended(Value):
    """Suspend a driver: no new orders until `driver.reinstated`."""

    driver_id: DriverId
    by: Actor = Field(description="The `agency` or `operator` that suspends.")
    reason: Short = Field(
        description="Why, as a code or a short text for those who read the request; it is not stored."
    )


class DriverReinstated(Value):
    """End a suspension."""

    driver_id: DriverId
    by: Actor = Field(description="The `agency` or `operator` that ends it.")
    reason: Short | None = Field(
        default=None,
        description="Why, as a code or a short text for those who read the request; it is not stored.",
    )


class DriverShiftStarted(Value):
    """The driver works from now on."""

    driver_id: DriverId
    place: Point = Field(
        description="Where the driver starts, inside Indonesia; it counts as the first position of the shift."
    )


class DriverShiftEnded(Value):
    """The driver goes home: no new offers; a trip under way is finished."""

    driver_id: DriverId


class DriverStandbyJoined(Value):
    """The driver waits at a partner's place, behind the drivers who came before."""

    driver_id: DriverId
    standby_id: Id = Field(
        description="The standby place, by its name in the operator's list, e.g. `rsud-blambangan`; the "
        "driver must be there."
    )


class DriverStandbyLeft(Value):
    """The driver no longer waits at a partner's place."""

    driver_id: DriverId
    standby_id: Id = Field(description="The standby place that the driver leaves.")
