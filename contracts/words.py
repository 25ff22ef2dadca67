"""The open enumerations: words that a newer version may add to without breaking an older one."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

EXTENSIBLE_ENUM = "x-extensible-enum"


class Word(StrEnum):
    """An open enumeration: a word that this version does not know reads as `unknown`."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        unknown: Self | None = cls.__members__.get("UNKNOWN") if isinstance(value, str) else None
        return unknown

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The known words as a hint, never as a closed `enum`: a new word must not break who validates."""
        title = handler(core).get("title", cls.__name__)
        words = [word.value for word in cls if word.name != "UNKNOWN"]
        return {"type": "string", "title": title, "description": cls.__doc__, EXTENSIBLE_ENUM: words}


class Role(Word):
    """Who speaks inside a request."""

    CUSTOMER = "customer"
    DRIVER = "driver"
    MERCHANT = "merchant"
    AGENCY = "agency"
    OPERATOR = "operator"
    RECIPIENT = "recipient"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class CustomerKind(Word):
    """A resident, a guest of the regency, or an agency of it."""

    RESIDENT = "resident"
    TOURIST = "tourist"
    AGENCY = "agency"
    UNKNOWN = "unknown"


class Carried(Word):
    """Who or what sits on the back seat."""

    PASSENGER = "passenger"
    GOODS = "goods"
    UNKNOWN = "unknown"


class PayerKind(Word):
    """Whose money pays for the order."""

    CUSTOMER = "customer"
    PROGRAMME = "programme"
    DONOR = "donor"
    UNKNOWN = "unknown"


class VehicleClass(Word):
    """What may climb where: only a trail bike goes up Mount Ijen."""

    SCOOTER = "scooter"
    MOTORCYCLE = "motorcycle"
    TRAIL = "trail"
    UNKNOWN = "unknown"


class OrderStatus(Word):
    """Where an order stands in its life."""

    AWAITING_FUNDS = "awaiting_funds"
    SCHEDULED = "scheduled"
    AWAITING_MERCHANT = "awaiting_merchant"
    PREPARING = "preparing"
    SEARCHING = "searching"
    ASSIGNED = "assigned"
    AT_PICKUP = "at_pickup"
    PICKED_UP = "picked_up"
    AWAITING_RETURN = "awaiting_return"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    UNSERVED = "unserved"
    RETURNING = "returning"
    RETURNED = "returned"
    HANDED_OVER = "handed_over"
    UNKNOWN = "unknown"


class Leg(Word):
    """The way out, or the way back of a return trip."""

    OUT = "out"
    BACK = "back"
    UNKNOWN = "unknown"


class CustodyStep(Word):
    """How goods change hands, or fail to."""

    PICKED_UP = "picked_up"
    ATTEMPT_FAILED = "attempt_failed"
    DELIVERED = "delivered"
    BROUGHT_BACK = "brought_back"
    RETURN_CONFIRMED = "return_confirmed"
    UNKNOWN = "unknown"


class ProofKind(Word):
    """What a courier can show: the recipient's code, a number read off the envelope, a picture, a note."""

    CODE = "code"
    ENVELOPE = "envelope"
    PHOTO = "photo"
    NOTE = "note"
    UNKNOWN = "unknown"


class OfferOutcome(Word):
    """How an offer ended. `lost`: answered in time, but another driver had won."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    LOST = "lost"
    UNKNOWN = "unknown"
