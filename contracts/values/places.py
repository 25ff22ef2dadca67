"""Points and places."""

from __future__ import annotations

from pydantic import Field

from contracts.values.base import Value
from contracts.values.scalars import Id, Latitude, Longitude, Note, Short


class Point(Value):
    """A point in WGS 84 degrees."""

    lat: Latitude = Field(
        description="Degrees north of the equator, WGS 84; Banyuwangi lies south of it, near -8.2."
    )
    lng: Longitude = Field(description="Degrees east of Greenwich, WGS 84; Banyuwangi lies near 114.4.")


class Lodging(Value):
    """Where a guest sleeps; the room stays out of every event that more than one party reads."""

    name: Short = Field(description="Name of the hotel or homestay.")
    room: Short | None = Field(default=None, description="Room number; absent: unknown or not needed.")
    reception: bool = Field(
        default=False, description="true: hand the goods over at the reception, not at the room."
    )


class Place(Point):
    """A point with what a courier needs to find the door."""

    label: Short | None = Field(
        default=None, description="Name of the place as people know it; absent: the point alone."
    )
    note: Note | None = Field(
        default=None,
        description="What helps to find the door or the person there, or what the merchant should know; "
        "absent: nothing.",
    )
    merchant_id: Id | None = Field(
        default=None,
        description="The merchant at this place, by the id of `merchant.registered`. A service with a "
        "merchant needs it at the pick-up; at the drop-off it is not read.",
    )
    lodging: Lodging | None = Field(
        default=None, description="The hotel or homestay when a guest sleeps here; absent: none."
    )
