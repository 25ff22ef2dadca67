"""An errand: one order of the regency's services, and how it has to end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from contracts.values import Customer, Item, Payer, Place


@dataclass(frozen=True, slots=True)
class Errand:
    """One order, sent `after_s` business seconds after dawn; `story` tells it in a sentence.

    `ends`, `reason`: how it ends if the services keep their promises; `otherwise`: with this reason it may
    stay unserved. `agrees`: the customer's answer to a proposal. `absent`: how many attempts find no one
    at home. `another_door`: the drop-off that the customer asks for later. `departs_in_s`: booked for so much
    later, None: now.
    """

    order_id: str
    story: str
    service: str
    customer: Customer
    name: str
    pickup: Place
    dropoff: Place
    ends: str
    reason: str | None = None
    otherwise: str | None = None
    items: tuple[Item, ...] = ()
    payer: Payer | None = None
    recipient_id: str | None = None
    agency_id: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    departs_in_s: float | None = None
    agrees: bool = True
    absent: int = 0
    another_door: Place | None = None
    after_s: float = 0.0
