"""Requests by and about drivers: facts, positions, answers to offers (matching); steps of a trip (orders)."""

from contracts.requests.drivers.facts import (
    DriverCertified,
    DriverRegistered,
    DriverReinstated,
    DriverResidenceAttested,
    DriverResidenceRevoked,
    DriverShiftEnded,
    DriverShiftStarted,
    DriverStandbyJoined,
    DriverStandbyLeft,
    DriverSuspended,
    Paper,
    PaperKind,
)
from contracts.requests.drivers.matching import (
    MAX_POSITIONS,
    DriverOfferAccepted,
    DriverOfferDeclined,
    DriverPositionsReported,
    Position,
)
from contracts.requests.drivers.steps import (
    DriverArrived,
    DriverCancelled,
    DriverDelivered,
    DriverDeliveryFailed,
    DriverEmergencyRaised,
    DriverPickedUp,
    DriverReturned,
)

__all__ = [
    "MAX_POSITIONS",
    "DriverArrived",
    "DriverCancelled",
    "DriverCertified",
    "DriverDelivered",
    "DriverDeliveryFailed",
    "DriverEmergencyRaised",
    "DriverOfferAccepted",
    "DriverOfferDeclined",
    "DriverPickedUp",
    "DriverPositionsReported",
    "DriverRegistered",
    "DriverReinstated",
    "DriverResidenceAttested",
    "DriverResidenceRevoked",
    "DriverReturned",
    "DriverShiftEnded",
    "DriverShiftStarted",
    "DriverStandbyJoined",
    "DriverStandbyLeft",
    "DriverSuspended",
    "Paper",
    "PaperKind",
    "Position",
]
