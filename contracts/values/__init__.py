"""The values that messages are made of: ids, money, places, people and enumerations, by topic.

Everything here is frozen. Readers ignore unknown fields and take an unknown word of an enumeration as
`unknown`, so that a newer writer never breaks an older reader.
"""

from contracts.enums import (
    EXTENSIBLE_ENUM,
    Carried,
    CustodyStep,
    CustomerKind,
    Leg,
    OfferOutcome,
    OpenEnum,
    OrderStatus,
    PayerKind,
    ProofKind,
    Role,
    VehicleClass,
)
from contracts.notation import DISTRICT_PATTERN, ID_PATTERN, rfc3339, to_utc
from contracts.values.base import Value
from contracts.values.driving import Proof, Requirements, SearchPolicy, Vehicle
from contracts.values.money import Fare, Item, Payer, Surcharge
from contracts.values.people import Actor, Customer, Recipient, Residence
from contracts.values.places import Lodging, Place, Point
from contracts.values.scalars import (
    FORMS,
    Day,
    DistrictCode,
    Id,
    Latitude,
    Locale,
    Longitude,
    Note,
    Rupiah,
    Short,
    Texts,
    UtcTime,
)

__all__ = [
    "DISTRICT_PATTERN",
    "EXTENSIBLE_ENUM",
    "FORMS",
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
    "OpenEnum",
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
    "rfc3339",
    "to_utc",
]
