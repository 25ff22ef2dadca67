"""The values that messages are made of: ids, rupiah, places, people and fares.

Everything here is frozen. Readers ignore unknown fields and take an unknown word of an enumeration as `unknown`,
so that a newer writer never breaks an older reader.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

from contracts.words import (
    EXTENSIBLE_ENUM,
    Carried,
    CustodyStep,
    CustomerKind,
    Leg,
    OfferOutcome,
    OrderStatus,
    PayerKind,
    ProofKind,
    Role,
    VehicleClass,
    Word,
)

__all__ = [
    "DISTRICT_PATTERN",
    "EXTENSIBLE_ENUM",
    "ID_PATTERN",
    "Actor",
    "Carried",
    "CustodyStep",
    "Customer",
    "CustomerKind",
    "Day",
    "DistrictCode",
    "Fare",
    "Id",
    "Item",
    "Latitude",
    "Leg",
    "Locale",
    "Lodging",
    "Longitude",
    "Note",
    "OfferOutcome",
    "OrderStatus",
    "Payer",
    "PayerKind",
    "Place",
    "Point",
    "Proof",
    "ProofKind",
    "Recipient",
    "Requirements",
    "Residence",
    "Role",
    "Rupiah",
    "SearchPolicy",
    "Short",
    "Surcharge",
    "Texts",
    "UtcTime",
    "Value",
    "Vehicle",
    "VehicleClass",
    "Word",
    "rfc3339",
    "to_utc",
]

ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
DISTRICT_PATTERN = r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}$"

_DATE_FIRST = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")


class Value(BaseModel):
    """A frozen value that ignores what it does not know and never shows its input in an error."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, allow_inf_nan=False)


def to_utc(moment: datetime) -> datetime:
    """The same instant in UTC, cut to the millisecond (what MongoDB keeps)."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def rfc3339(moment: datetime) -> str:
    """`2026-11-24T03:52:17.042Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _only_text(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE_FIRST.match(value)):
        return value
    message = "a time is RFC 3339 text"
    raise ValueError(message)


def _in_utc(moment: datetime) -> datetime:
    try:
        return to_utc(moment)
    except OverflowError:
        message = "the time is out of range"
        raise ValueError(message) from None


Id = Annotated[str, Field(pattern=ID_PATTERN, description="1-64 characters A-Z a-z 0-9 _ -")]
Rupiah = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000, description="whole rupiah")]
DistrictCode = Annotated[str, Field(pattern=DISTRICT_PATTERN, description="Ministry code, e.g. 35.10.16")]
UtcTime = Annotated[
    AwareDatetime,
    BeforeValidator(_only_text, json_schema_input_type=datetime),
    AfterValidator(_in_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    Field(description="RFC 3339 with an offset; written in UTC, to the millisecond"),
]
Day = Annotated[
    date,
    PlainSerializer(date.isoformat, return_type=str),
    Field(description="calendar day, local time of the regency (UTC+7)"),
]
Latitude = Annotated[float, Field(ge=-90, le=90, description="degrees north, WGS 84")]
Longitude = Annotated[float, Field(ge=-180, le=180, description="degrees east, WGS 84")]
Short = Annotated[str, Field(max_length=200)]
Note = Annotated[str, Field(max_length=1000)]
Locale = Annotated[
    str,
    Field(
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        max_length=35,
        description="BCP 47 tag, e.g. id, en, zh-TW",
    ),
]
Texts = dict[str, str]


class Point(Value):
    """WGS 84 degrees."""

    lat: Latitude
    lng: Longitude


class Lodging(Value):
    """Where a guest sleeps; the room stays out of every event that more than one party reads."""

    name: Short
    room: Short | None = None
    reception: bool = False


class Place(Point):
    """A point with what a courier needs to find the door."""

    label: Short | None = None
    note: Note | None = None
    merchant_id: Id | None = None
    lodging: Lodging | None = None


class Actor(Value):
    """The person or party named inside a request."""

    role: Role
    id: Id


class Customer(Value):
    """Who ordered. `locale` chooses the language of what we tell him."""

    id: Id
    kind: CustomerKind
    locale: Locale = "id"


class Recipient(Value):
    """Who receives, where that is not the customer."""

    id: Id


class Payer(Value):
    """Who pays: the customer himself, a programme of the regency, or a donor."""

    kind: PayerKind = PayerKind.CUSTOMER
    id: Id | None = None
    campaign_id: Id | None = None


class Item(Value):
    """A line of a food order. `unit_price` in whole rupiah."""

    sku: Id
    name: Short
    quantity: Annotated[int, Field(strict=True, ge=1, le=1000)]
    unit_price: Rupiah


class Surcharge(Value):
    """A named addition to the delivery price."""

    reason: Short
    amount: Rupiah


class Fare(Value):
    """`total` = items + delivery price; driver, app and welfare shares add up to the delivery price."""

    total: Rupiah
    items_total: Rupiah = 0
    driver_share: Rupiah
    app_share: Rupiah
    welfare_share: Rupiah = 0
    merchant_share: Rupiah = 0
    surcharges: list[Surcharge] = []
    payer: Payer = Payer()

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.total != self.items_total + self.delivery:
            message = "the shares do not add up to the total"
            raise ValueError(message)
        return self

    @property
    def delivery(self) -> int:
        """The delivery price: what driver, app and welfare fund share."""
        return self.driver_share + self.app_share + self.welfare_share


class Vehicle(Value):
    """The vehicle shown to the passenger (PM 12/2019: driver and motorcycle are the ones in the app)."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True)

    vehicle_class: Annotated[VehicleClass, Field(alias="class")]
    plate: Annotated[str, Field(min_length=1, max_length=16)]


class Residence(Value):
    """Which agency attested that the driver lives in the regency, where, and until when."""

    by: Id
    district_code: DistrictCode
    valid_until: Day


class Requirements(Value):
    """What a driver needs for an order. `handling`: how to carry it, e.g. keep_cool; `time_limit_min` from pick-up to drop-off."""

    vehicle_classes: list[VehicleClass] = []
    certifications: list[Id] = []
    standby_id: Id | None = None
    handling: list[Id] = []
    time_limit_min: Annotated[int, Field(gt=0, le=1440)] | None = None


class SearchPolicy(Value):
    """How a driver is searched: radii in metres (one round each, the last repeated), windows in seconds."""

    radii_m: Annotated[list[Annotated[int, Field(gt=0, le=50_000)]], Field(min_length=1, max_length=20)]
    window_s: Annotated[int, Field(gt=0, le=600)] = 15
    grace_s: Annotated[int, Field(ge=0, le=60)] = 2
    open_offers: Annotated[int, Field(ge=1, le=10)] = 3
    until: UtcTime


class Proof(Value):
    """What a courier shows for a step. `code` never reaches history, logs or parking."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = None
    envelope: Id | None = None
    photo: Short | None = None
    note: Note | None = None
