"""What an order asks of its driver, how one is searched, and what a courier shows."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from contracts.enums import VehicleClass
from contracts.values.base import Value
from contracts.values.scalars import Id, Note, Short, UtcTime


class Vehicle(Value):
    """The vehicle shown to the passenger (PM 12/2019: driver and motorcycle are the ones in the app)."""

    model_config = ConfigDict(populate_by_name=True)

    vehicle_class: Annotated[VehicleClass, Field(alias="class")] = Field(
        description="The class of the vehicle; an order may ask for some classes only."
    )
    plate: Annotated[str, Field(min_length=1, max_length=16)] = Field(
        description="The number plate that the passenger looks for."
    )


class Requirements(Value):
    """What a driver needs for an order, and how they should carry it."""

    vehicle_classes: list[VehicleClass] = Field(
        default=[], description="The classes of vehicle that may carry it out; empty: any."
    )
    certifications: list[Id] = Field(
        default=[],
        description="The certifications that the driver needs, all of them, by the names of "
        "`driver.certified`; empty: none.",
    )
    standby_id: Id | None = Field(
        default=None,
        description="The standby place whose waiting drivers are asked first, in the order in which they "
        "came; absent: none.",
    )
    handling: list[Id] = Field(
        default=[], description="How to carry it, e.g. `keep_cool`: told to the courier, not checked."
    )
    time_limit_min: Annotated[int, Field(gt=0, le=1440)] | None = Field(
        default=None,
        description="Minutes from pick-up to drop-off that the goods may take: told to the courier, not "
        "checked; absent: no limit.",
    )


class SearchPolicy(Value):
    """How a driver is searched."""

    radii_m: Annotated[list[Annotated[int, Field(gt=0, le=50_000)]], Field(min_length=1, max_length=20)] = (
        Field(
            description="The radius of each round around the pick-up, in metres in a straight line; later "
            "rounds repeat the last one."
        )
    )
    window_s: Annotated[int, Field(gt=0, le=600)] = Field(
        default=15, description="Seconds that a driver has to answer an offer."
    )
    grace_s: Annotated[int, Field(ge=0, le=60)] = Field(
        default=2, description="Seconds after the window in which an answer still counts, for its way to us."
    )
    open_offers: Annotated[int, Field(ge=1, le=10)] = Field(
        default=3, description="How many drivers are asked at the same time, at most."
    )
    until: UtcTime = Field(description="When the search ends if no driver has accepted.")


class Proof(Value):
    """What a courier shows for a step. `code` never reaches history, logs or parked messages."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = Field(
        default=None,
        description="The 6 digits of the recipient's one-time code: checked, never kept; absent: not shown.",
    )
    envelope: Id | None = Field(
        default=None,
        description="The number that the courier read off the sealed envelope; absent: not shown.",
    )
    photo: Short | None = Field(
        default=None,
        description="A reference to a picture in the courier's app; only its presence counts, it is not "
        "kept.",
    )
    note: Note | None = Field(
        default=None,
        description="What the courier wrote about the hand-over; only its presence counts, it is not kept.",
    )
