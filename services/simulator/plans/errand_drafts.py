"""Drafts of errands by service: the fields that the errands of one service have in common."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from contracts.values import Customer, CustomerKind, Lodging, Payer, PayerKind, Place
from services.simulator.places.geography import near, town
from services.simulator.plans.merchants import DISHES, Behaviour, MerchantPlan
from services.simulator.plans.names import guest_names, resident_names

HOSPITAL = Place(lat=-8.2106, lng=114.3745, label="RSUD Blambangan")
REGISTRY = Place(lat=-8.2189, lng=114.3596, label="Dispendukcapil")
CRATER_GATE = Place(lat=-8.0716, lng=114.2236, label="Paltuding")
REGISTRY_ID, HOSPITAL_ID = "dispendukcapil", "rsud-blambangan"
PROGRAMME, DONOR, CAMPAIGN = "gancang-aron", "bank-osing", "tanggal-cantik"
DEPARTURE_S = 420.0  # business seconds from the order to the pick-up of what is booked


@dataclass(frozen=True, slots=True)
class Cast:
    """The people and places of one errand, drawn for this errand alone."""

    number: int
    random: Random
    merchants: dict[Behaviour, MerchantPlan]

    @property
    def person(self) -> str:
        """The customer's id."""
        return f"p-{self.number:02d}"

    def door(self, **changes: Any) -> Place:
        """A random door in the town."""
        return near(self.random.choice(town()), self.random).model_copy(update=changes)

    def resident(self) -> tuple[Customer, str]:
        """A resident with a name."""
        name = self.random.choice(resident_names(self.random))
        return Customer(id=self.person, kind=CustomerKind.RESIDENT), name

    def guest(self) -> tuple[Customer, str]:
        """A guest with a name."""
        name = self.random.choice(guest_names(self.random))
        return Customer(id=self.person, kind=CustomerKind.TOURIST, locale="en"), name


Draft = dict[str, Any]  # the fields of an `Errand`, without its id and time


def meal(cast: Cast, behaviour: Behaviour, story: str, ends: str, **more: Any) -> Draft:
    """A meal from a merchant who behaves so; `who` returns the customer and their name."""
    customer, name = more.pop("who", cast.resident)()
    return {
        "story": story,
        "service": "food",
        "customer": customer,
        "name": name,
        "pickup": cast.merchants[behaviour].place,
        "dropoff": cast.door(),
        "items": DISHES[:2],
        "ends": ends,
        **more,
    }


def homestay(cast: Cast) -> Draft:
    """A guest's meal, delivered to a reception."""
    lodging = Lodging(name="Homestay Osing", room="7", reception=True)
    story = "a guest's sego tempong is sold out, and rujak soto comes to the homestay's reception instead"
    return meal(
        cast, Behaviour.SOLD_OUT, story, "completed", who=cast.guest, dropoff=cast.door(lodging=lodging)
    )


def refused_proposal(cast: Cast) -> Draft:
    """A meal that is sold out; the customer refuses the proposal."""
    return meal(
        cast,
        Behaviour.SOLD_OUT,
        "the dish is sold out, and the customer refuses another",
        "cancelled",
        reason="proposal_refused",
        agrees=False,
    )


def donated_meal(cast: Cast) -> Draft:
    """A meal that a donor orders and pays for a household."""
    payer = Payer(kind=PayerKind.DONOR, id=DONOR, campaign_id=CAMPAIGN)
    story = "on the monthly drive a bank orders a meal for a household, and pays for it"
    bank = Customer(id=DONOR, kind=CustomerKind.RESIDENT), "Bank Osing"
    return meal(
        cast,
        Behaviour.COOKS,
        story,
        "completed",
        who=lambda: bank,
        payer=payer,
        recipient_id=f"h-{cast.number:02d}",
    )


def document(cast: Cast, story: str, ends: str, **more: Any) -> Draft:
    """A document of the registry for a household."""
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


def medicine(cast: Cast, story: str, **more: Any) -> Draft:
    """Medicine from the hospital."""
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


def parcel(cast: Cast, story: str, kilograms: float, ends: str, **more: Any) -> Draft:
    """A parcel to another resident."""
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


def urgent(cast: Cast, triage: str, story: str, ends: str, **more: Any) -> Draft:
    """An urgent ride to the hospital."""
    customer, name = cast.resident()
    places = {"pickup": cast.door(), "dropoff": HOSPITAL}
    triaged = {"details": {"triage": triage}, "ends": ends}
    return {
        "story": story,
        "service": "urgent",
        "customer": customer,
        "name": name,
        **places,
        **triaged,
        **more,
    }


def ride(cast: Cast, story: str, **more: Any) -> Draft:
    """A ride in the town."""
    customer, name = cast.resident()
    places = {"pickup": cast.door(), "dropoff": cast.door(), "ends": "completed"}
    return {"story": story, "service": "ride", "customer": customer, "name": name, **places, **more}


def crater(cast: Cast, story: str, ends: str, **more: Any) -> Draft:
    """A guest's trip up Mount Ijen, booked ahead."""
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
