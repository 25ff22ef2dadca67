"""The errands of a morning: one for each thing that a service of the regency promises."""

from __future__ import annotations

from collections.abc import Callable

from contracts.values import Payer, PayerKind
from services.simulator.plans.dice import dice
from services.simulator.plans.errand import Errand
from services.simulator.plans.errand_drafts import (
    DEPARTURE_S,
    PROGRAMME,
    Cast,
    Draft,
    crater,
    document,
    donated_meal,
    homestay,
    meal,
    medicine,
    parcel,
    refused_proposal,
    ride,
    urgent,
)
from services.simulator.plans.merchants import DISHES, Behaviour, MerchantPlan


def errands(
    seed: int, merchants: tuple[MerchantPlan, ...], services: frozenset[str], every_s: float
) -> tuple[Errand, ...]:
    """Plan the errands of these services, one every `every_s` business seconds."""
    by_behaviour = {plan.behaviour: plan for plan in merchants}
    casts = {
        name: Cast(number, dice(seed, "errand", name), by_behaviour)
        for number, name in enumerate(ERRANDS, start=1)
    }
    planned = [
        Errand(order_id=name, after_s=cast.number * every_s, **ERRANDS[name](cast))
        for name, cast in casts.items()
    ]
    return tuple(errand for errand in planned if errand.service in services)


UNWELL = {"ticket_declared": True, "health_letter_declared": False}
POOR = Payer(kind=PayerKind.PROGRAMME, id=PROGRAMME)
# Their order ids; the longest come first.
ERRANDS: dict[str, Callable[[Cast], Draft]] = {
    "ijen-1": lambda cast: crater(cast, "to the blue fire on a trail bike, and down again", "completed"),
    "ride-1": lambda cast: ride(cast, "booked for the next quarter of an hour", departs_in_s=DEPARTURE_S),
    "document-1": lambda cast: document(
        cast,
        "two attempts find no one at home, and the identity card goes back to the registry",
        "returned",
        absent=2,
    ),
    "food-1": homestay,
    "food-2": lambda cast: meal(cast, Behaviour.RUSH, "the warung is in a rush and says so", "completed"),
    "food-3": lambda cast: meal(
        cast, Behaviour.SILENT, "the warung does not answer", "unserved", reason="merchant_silent"
    ),
    "medicine-1": lambda cast: medicine(cast, "the programme pays for a poor patient's medicine", payer=POOR),
    "document-2": lambda cast: document(
        cast, "the family card reaches the door, and a code proves who receives it", "completed"
    ),
    "food-4": donated_meal,
    "ride-2": lambda cast: ride(cast, "changes the destination", another_door=cast.door()),
    "urgent-1": lambda cast: urgent(cast, "critical", "too ill for a motorcycle: call 112", "handed_over"),
    "food-5": refused_proposal,
    "medicine-2": lambda cast: medicine(cast, "a patient pays in person"),
    "parcel-1": lambda cast: parcel(cast, "a parcel to a cousin", 3.5, "completed"),
    "food-6": lambda cast: meal(
        cast, Behaviour.REFUSES, "the gas is empty", "unserved", reason="merchant_rejected"
    ),
    "urgent-2": lambda cast: urgent(
        cast, "non_critical", "to the hospital, ahead of other orders", "completed", otherwise="call_112"
    ),
    "food-7": lambda cast: meal(
        cast, Behaviour.CLOSED, "the warung is closed", "rejected", reason="merchant_closed"
    ),
    "food-8": lambda cast: meal(
        cast,
        Behaviour.UNATTESTED,
        "no agency attests the merchant",
        "rejected",
        reason="merchant_not_resident",
    ),
    "parcel-2": lambda cast: parcel(
        cast, "a wardrobe is too heavy for a parcel", 80, "rejected", reason="details_not_allowed"
    ),
    "medicine-3": lambda cast: medicine(
        cast,
        "no agency attests that the patient is poor",
        payer=POOR,
        ends="rejected",
        reason="not_beneficiary",
    ),
    "ijen-2": lambda cast: crater(
        cast, "no health letter, no climb", "rejected", reason="details_not_allowed", details=UNWELL
    ),
    "food-9": lambda cast: meal(
        cast, Behaviour.COOKS, "pecel rawon for lunch", "completed", items=DISHES[2:]
    ),
}
