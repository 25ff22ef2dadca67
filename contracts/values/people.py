"""People and parties: who speaks, orders or receives, and where they live."""

from __future__ import annotations

from pydantic import Field

from contracts.enums import CustomerKind, Role
from contracts.values.base import Value
from contracts.values.scalars import Day, DistrictCode, Id, Locale


class Actor(Value):
    """A person or party with the role in which they speak or act."""

    role: Role = Field(description="The role in which they speak or act.")
    id: Id = Field(
        description="The person or party in that role, by the id that other messages use for them; for "
        "`system` the name of a service."
    )


class Customer(Value):
    """The customer of an order."""

    id: Id = Field(
        description="The person who orders, by an id that the app chooses and keeps; for the kind `agency` "
        "the agency's own id."
    )
    kind: CustomerKind = Field(description="What kind of customer it is.")
    locale: Locale = Field(
        default="id",
        description="The customer's language, for apps that read the events. Letters are written in the "
        "`locale` of the registered contact.",
    )


class Recipient(Value):
    """The person who receives the goods when that is not the customer."""

    id: Id = Field(description="The person who receives the goods, by the id of their registered contact.")


class Residence(Value):
    """An agency's attestation that a driver or merchant lives in the regency."""

    by: Id = Field(description="The agency that attests it.")
    district_code: DistrictCode = Field(description="The district in which they live.")
    valid_until: Day = Field(description="The last day on which the attestation is valid.")
