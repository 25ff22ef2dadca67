"""The open enumerations: a newer version may add words, and an older reader takes them as `unknown`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

EXTENSIBLE_ENUM = "x-extensible-enum"


class OpenEnum(StrEnum):
    """An enumeration in which a word that this version does not know reads as `unknown`.

    A member is written as `NAME = "word", "What the word means."`; the meaning is published with the word.
    """

    _value_: str
    meaning: str

    def __new__(cls, word: str, meaning: str = "") -> Self:
        """Keep the word as the value and its meaning beside it."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        return member

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        unknown: Self | None = cls.__members__.get("UNKNOWN") if isinstance(value, str) else None
        return unknown

    @classmethod
    def known(cls) -> list[Self]:
        """List every word but `unknown`, which is never written."""
        return [word for word in cls if word.name != "UNKNOWN"]

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """List the known words as a hint, never as a closed `enum`: a new word must not fail validation."""
        title = handler(core).get("title", cls.__name__)
        lines = "\n".join(f"- `{word.value}`: {word.meaning}" for word in cls.known())
        words = [word.value for word in cls.known()]
        return {
            "type": "string",
            "title": title,
            "description": f"{cls.__doc__}\n\n{lines}",
            EXTENSIBLE_ENUM: words,
        }


class Role(OpenEnum):
    """The role in which a person or party speaks or acts."""

    CUSTOMER = "customer", "Ordered it."
    DRIVER = "driver", "Carries it out."
    MERCHANT = "merchant", "Cooks or sells what was ordered."
    AGENCY = "agency", "An office of the regency, e.g. the civil registry or a hospital."
    OPERATOR = "operator", "Staff of the company."
    RECIPIENT = "recipient", "Receives the goods."
    SYSTEM = "system", "The services themselves, e.g. when a time runs out. No request may use it."
    UNKNOWN = "unknown"


class CustomerKind(OpenEnum):
    """What kind of customer it is; a service may be for some kinds only."""

    RESIDENT = "resident", "Lives in the regency."
    TOURIST = "tourist", "A guest of the regency."
    AGENCY = "agency", "An office of the regency that orders in its own name."
    UNKNOWN = "unknown"


class Carried(OpenEnum):
    """What the driver carries, so that texts can tell the two apart."""

    PASSENGER = "passenger", "A person rides along."
    GOODS = "goods", "A courier brings something."
    UNKNOWN = "unknown"


class PayerKind(OpenEnum):
    """Whose money pays for the order."""

    CUSTOMER = "customer", "The customer pays."
    PROGRAMME = "programme", "A programme of the regency pays out of its budget of the month."
    DONOR = "donor", "A donor pays out of a pledge for a campaign."
    UNKNOWN = "unknown"


class VehicleClass(OpenEnum):
    """The class of a vehicle; a route may allow some classes only, Mount Ijen only `trail`."""

    SCOOTER = "scooter", "An automatic scooter."
    MOTORCYCLE = "motorcycle", "A motorcycle with gears."
    TRAIL = "trail", "A trail bike for mountain roads."
    UNKNOWN = "unknown"


class OrderStatus(OpenEnum):
    """Where an order stands in its life."""

    AWAITING_FUNDS = "awaiting_funds", "Waits for the payer's budget. No event has been published yet."
    SCHEDULED = "scheduled", "Booked ahead: waits for the next search, or for the time to ask the merchant."
    AWAITING_MERCHANT = "awaiting_merchant", "The merchant was asked and has not answered yet."
    PREPARING = "preparing", "The merchant cooks. The search for a driver has not started yet."
    SEARCHING = "searching", "The search for a driver is on."
    ASSIGNED = "assigned", "A driver has it: on the way to the pick-up, or reserved for a booked one."
    AT_PICKUP = "at_pickup", "The driver is at the pick-up."
    PICKED_UP = "picked_up", "The passenger or the goods are on the way."
    AWAITING_RETURN = "awaiting_return", "The way out is done. The guest waits for the way back."
    COMPLETED = "completed", "Done. It ends here."
    CANCELLED = "cancelled", "Called off before it was done. It ends here."
    REJECTED = "rejected", "Refused by policy when it was requested. It ends here."
    UNSERVED = "unserved", "No driver or merchant could carry it out. It ends here."
    RETURNING = "returning", "The goods could not be handed over, and are on the way back."
    RETURNED = "returned", "The goods are back. It ends here."
    HANDED_OVER = "handed_over", "The customer was told to call the emergency services. It ends here."
    UNKNOWN = "unknown"


class Leg(OpenEnum):
    """A part of a trip with a way back."""

    OUT = "out", "From the pick-up to the drop-off."
    BACK = "back", "From the drop-off back to the pick-up."
    UNKNOWN = "unknown"


class CustodyStep(OpenEnum):
    """How goods change hands, or fail to."""

    PICKED_UP = "picked_up", "The courier took them at the pick-up."
    ATTEMPT_FAILED = "attempt_failed", "The courier could not hand them over and keeps them."
    DELIVERED = "delivered", "The courier handed them over at the drop-off."
    BROUGHT_BACK = "brought_back", "The courier reports that they are back."
    RETURN_CONFIRMED = "return_confirmed", "The agency confirms that it has them back."
    UNKNOWN = "unknown"


class ProofKind(OpenEnum):
    """What a courier can be asked to show."""

    CODE = "code", "The recipient's one-time code."
    ENVELOPE = "envelope", "The number on the sealed envelope."
    PHOTO = "photo", "A picture."
    NOTE = "note", "A written note."
    UNKNOWN = "unknown"


class OfferOutcome(OpenEnum):
    """How an offer ended."""

    ACCEPTED = "accepted", "The driver took the order and won it."
    DECLINED = "declined", "The driver refused the order."
    EXPIRED = "expired", "The driver did not answer in time."
    WITHDRAWN = (
        "withdrawn",
        "We took it back: the order is gone, or the driver cannot take it.",
    )
    LOST = "lost", "The driver answered in time, but another driver had won."
    UNKNOWN = "unknown"
