"""What else people want of a morning besides rides: one story for each thing that a service of the regency promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from contracts.values import Customer, CustomerKind, Lodging, Payer, PayerKind, Place
from services.simulator.places.geography import near, town
from services.simulator.plans.dice import dice
from services.simulator.plans.errand import Errand
from services.simulator.plans.merchants import DISHES, Kitchen, MerchantPlan
from services.simulator.plans.names import guest_names, resident_names

HOSPITAL = Place(lat=-8.2106, lng=114.3745, label="RSUD Blambangan")
REGISTRY = Place(lat=-8.2189, lng=114.3596, label="Dispendukcapil")
CRATER_GATE = Place(lat=-8.0716, lng=114.2236, label="Paltuding")
REGISTRY_ID, HOSPITAL_ID = "dispendukcapil", "rsud-blambangan"
PROGRAMME, DONOR, CAMPAIGN = "gancang-aron", "bank-osing", "tanggal-cantik"
DEPARTURE_S = 420.0


@dataclass(frozen=True, slots=True)
class Cast:
    """Who a story may be about: drawn for this story alone."""

    number: int
    random: Random
    merchants: dict[Kitchen, MerchantPlan]

    @property
    def person(self) -> str:
        """His id."""
        return f"p-{self.number:02d}"

    def door(self, **changes: Any) -> Place:
        """Somewhere in the town."""
        return near(self.random.choice(town()), self.random).model_copy(update=changes)

    def resident(self) -> tuple[Customer, str]:
        """Somebody who lives here."""
        return Customer(id=self.person, kind=CustomerKind.RESIDENT), self.random.choice(
            resident_names(self.random)
        )

    def guest(self) -> tuple[Customer, str]:
        """Somebody who came to see the blue fire."""
        return Customer(id=self.person, kind=CustomerKind.TOURIST, locale="en"), self.random.choice(
            guest_names(self.random)
        )


Story = Callable[[Cast], dict[str, Any]]


def errands(
    seed: int, merchants: tuple[MerchantPlan, ...], services: frozenset[str], every_s: float
) -> tuple[Errand, ...]:
    """One errand for each story of a service that there is, one every `every_s` business seconds."""
    kitchens = {plan.kitchen: plan for plan in merchants}
    casts = {
        name: Cast(number, dice(seed, "errand", name), kitchens)
        for number, name in enumerate(STORIES, start=1)
    }
    told = [
        Errand(order_id=name, after_s=cast.number * every_s, **STORIES[name](cast))
        for name, cast in casts.items()
    ]
    return tuple(errand for errand in told if errand.service in services)


def _meal(cast: Cast, kitchen: Kitchen, story: str, ends: str, **more: Any) -> dict[str, Any]:
    customer, name = more.pop("who", cast.resident)()
    return {
        "story": story,
        "service": "food",
        "customer": customer,
        "name": name,
        "pickup": cast.merchants[kitchen].place,
        "dropoff": cast.door(),
        "items": DISHES[:2],
        "ends": ends,
        **more,
    }


def _homestay(cast: Cast) -> dict[str, Any]:
    lodging = Lodging(name="Homestay Osing", room="7", reception=True)
    story = "a guest's sego tempong is sold out, and rujak soto comes to the homestay's reception instead"
    return _meal(
        cast, Kitchen.SOLD_OUT, story, "completed", who=cast.guest, dropoff=cast.door(lodging=lodging)
    )


def _hungry(cast: Cast) -> dict[str, Any]:
    return _meal(
        cast,
        Kitchen.SOLD_OUT,
        "sold out, and nothing else will do",
        "cancelled",
        reason="proposal_refused",
        agrees=False,
    )


def _gift(cast: Cast) -> dict[str, Any]:
    payer = Payer(kind=PayerKind.DONOR, id=DONOR, campaign_id=CAMPAIGN)
    story = "on the monthly drive a bank orders a meal for a household, and pays for it"
    bank = Customer(id=DONOR, kind=CustomerKind.RESIDENT), "Bank Osing"
    return _meal(
        cast,
        Kitchen.COOKS,
        story,
        "completed",
        who=lambda: bank,
        payer=payer,
        recipient_id=f"h-{cast.number:02d}",
    )


def _letter(cast: Cast, story: str, ends: str, **more: Any) -> dict[str, Any]:
    return {
        "story": story,
        "service": "document",
        "customer": Customer(id=REGISTRY_ID, kind=CustomerKind.AGENCY),
        "name": "Dispendukcapil",
        "pickup": REGISTRY,
        "dropoff": cast.door(),
        "agency_id": REGISTRY_ID,
        "recipient_id": f"h-{cast.number:02d}",
        "details": {"envelope": f"KTP-{cast.number:04d}"},
        "ends": ends,
        **more,
    }


def _medicine(cast: Cast, story: str, **more: Any) -> dict[str, Any]:
    customer, name = cast.resident()
    places = {"pickup": HOSPITAL, "dropoff": cast.door()}
    return {
        "ends": "completed",
        "story": story,
        "service": "medicine",
        "customer": customer,
        "name": name,
        **places,
        **more,
    }


def _parcel(cast: Cast, story: str, kilograms: float, ends: str, **more: Any) -> dict[str, Any]:
    customer, name = cast.resident()
    return {
        "story": story,
        "service": "parcel",
        "customer": customer,
        "name": name,
        "pickup": cast.door(),
        "dropoff": cast.door(),
        "recipient_id": f"h-{cast.number:02d}",
        "details": {"weight_kg": kilograms, "size": "small"},
        "ends": ends,
        **more,
    }


def _urgent(cast: Cast, triage: str, story: str, ends: str, **more: Any) -> dict[str, Any]:
    customer, name = cast.resident()
    places = {"pickup": cast.door(), "dropoff": HOSPITAL}
    told = {"details": {"triage": triage}, "ends": ends}
    return {"story": story, "service": "urgent", "customer": customer, "name": name, **places, **told, **more}


def _ride(cast: Cast, story: str, **more: Any) -> dict[str, Any]:
    customer, name = cast.resident()
    places = {"pickup": cast.door(), "dropoff": cast.door()}
    return {
        "story": story,
        "service": "ride",
        "customer": customer,
        "name": name,
        **places,
        "ends": "completed",
        **more,
    }


def _crater(cast: Cast, story: str, ends: str, **more: Any) -> dict[str, Any]:
    customer, name = cast.guest()
    return {
        "story": story,
        "service": "ijen",
        "customer": customer,
        "name": name,
        "pickup": cast.door(lodging=Lodging(name="Hotel Blambangan", room="12", reception=True)),
        "dropoff": CRATER_GATE,
        "details": {"ticket_declared": True, "health_letter_declared": True},
        "departs_in_s": DEPARTURE_S,
        "ends": ends,
        **more,
    }


UNWELL = {"ticket_declared": True, "health_letter_declared": False}
POOR = Payer(kind=PayerKind.PROGRAMME, id=PROGRAMME)
# What takes longest comes first.
STORIES: dict[str, Story] = {
    "ijen-1": lambda cast: _crater(cast, "to the blue fire on a trail bike, and down again", "completed"),
    "ride-1": lambda cast: _ride(cast, "booked for the next quarter of an hour", departs_in_s=DEPARTURE_S),
    "document-1": lambda cast: _letter(
        cast, "nobody opens twice, and the identity card goes back to the registry", "returned", absent=2
    ),
    "food-1": _homestay,
    "food-2": lambda cast: _meal(cast, Kitchen.RUSH, "the warung is in a rush and says so", "completed"),
    "food-3": lambda cast: _meal(
        cast, Kitchen.SILENT, "nobody at the warung answers", "unserved", reason="merchant_silent"
    ),
    "medicine-1": lambda cast: _medicine(
        cast, "the programme pays for a poor patient's medicine", payer=POOR
    ),
    "document-2": lambda cast: _letter(
        cast, "the family card is at the door, and the code proves who opens", "completed"
    ),
    "food-4": _gift,
    "ride-2": lambda cast: _ride(cast, "wants to go somewhere else after all", another_door=cast.door()),
    "urgent-1": lambda cast: _urgent(cast, "critical", "too ill for a motorcycle: call 112", "handed_over"),
    "food-5": _hungry,
    "medicine-2": lambda cast: _medicine(cast, "a patient pays the courier himself"),
    "parcel-1": lambda cast: _parcel(cast, "a parcel to a cousin", 3.5, "completed"),
    "food-6": lambda cast: _meal(
        cast, Kitchen.REFUSES, "the gas is empty", "unserved", reason="merchant_rejected"
    ),
    "urgent-2": lambda cast: _urgent(
        cast, "non_critical", "to the hospital, first of all", "completed", otherwise="call_112"
    ),
    "food-7": lambda cast: _meal(
        cast, Kitchen.CLOSED, "the warung is closed", "rejected", reason="merchant_closed"
    ),
    "food-8": lambda cast: _meal(
        cast, Kitchen.UNATTESTED, "nobody attests the merchant", "rejected", reason="merchant_not_resident"
    ),
    "parcel-2": lambda cast: _parcel(
        cast, "a wardrobe is no parcel", 80, "rejected", reason="details_not_allowed"
    ),
    "medicine-3": lambda cast: _medicine(
        cast, "nobody attests that he is poor", payer=POOR, ends="rejected", reason="not_beneficiary"
    ),
    "ijen-2": lambda cast: _crater(
        cast, "no health letter, no climb", "rejected", reason="details_not_allowed", details=UNWELL
    ),
    "food-9": lambda cast: _meal(cast, Kitchen.COOKS, "pecel rawon for lunch", "completed", items=DISHES[2:]),
}
