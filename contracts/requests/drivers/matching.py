"""Where drivers are, and what they answer to an offer. Owner: matching."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.shared_fields import DriverId, OfferId
from contracts.values import Latitude, Longitude, Short, UtcTime, Value

MAX_POSITIONS = 500


class Position(Value):
    """Where a driver was at an instant."""

    driver_id: DriverId
    lat: Latitude = Field(description="Degrees north of the equator, WGS 84.")
    lng: Longitude = Field(description="Degrees east of Greenwich, WGS 84.")
    at: UtcTime = Field(description="When the driver was there; an older position than known has no effect.")


class DriverPositionsReported(Value):
    """Report the positions of many drivers in one message; losing an old one is harmless."""

    positions: Annotated[list[Position], Field(max_length=MAX_POSITIONS)] = Field(
        description="Up to 500 positions; those that are too old, in the future or outside Indonesia are "
        "dropped without an answer."
    )


class DriverOfferAccepted(Value):
    """The driver takes the order; of several who do, the first wins."""

    driver_id: DriverId
    offer_id: OfferId


class DriverOfferDeclined(Value):
    """The driver refuses the order; the next driver may be asked at once."""

    driver_id: DriverId
    offer_id: OfferId
    reason: Short | None = Field(
        default=None,
        description="Why, as a code of the app (a-z 0-9 _, at most 40 characters), counted in the driver's "
        "record; without it, and for any other text, `other` is counted.",
    )
