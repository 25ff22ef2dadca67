"""A document in its sealed envelope, as the domain sees it on its way and on its way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from contracts.values import Payer, Place
from services.orders.domain.custody.proof import Shown
from services.orders.domain.custody.returning import attempt_failed
from services.orders.domain.intake.intake import take_in
from services.orders.domain.intake.request import Lookups, OrderRequest
from services.orders.domain.order import Order
from services.orders.domain.search.assigning import assign
from services.orders.domain.transitions import Action
from services.orders.domain.trip.driving import drive
from tests.support.builders import PARK, STATION, an_order_requested
from tests.support.orders import CATALOGUE, NOW, an_assignment

AGENCY = {"id": "dispendukcapil", "kind": "agency", "locale": "id"}
SEALED = Shown(envelope="ENV-0042")
AT_THE_DOOR = Shown(envelope="ENV-0042", code_right=True)
LATER = NOW + timedelta(hours=5)


def a_document(**changes: Any) -> Order:
    """A document assigned to the courier d-7."""
    wanted = OrderRequest(
        order_id="o-3",
        digest="d",
        customer=an_order_requested(customer=AGENCY).customer,
        pickup=Place.model_validate(STATION),
        dropoff=Place.model_validate(PARK),
        payer=Payer(id="dispendukcapil"),
        recipient_id="r-5",
        agency_id="dispendukcapil",
        details={"envelope": "ENV-0042"},
    )
    order = take_in(wanted, CATALOGUE.services["document"], CATALOGUE.area, CATALOGUE.bands, Lookups(NOW))
    assigned = assign(order, an_assignment(), NOW)
    assert assigned is not None
    return replace(assigned, **changes)


def picked_up() -> Order:
    order = drive(a_document(), Action.PICK_UP, "d-7", NOW, SEALED)
    assert order is not None
    return order


def returning() -> Order:
    once = attempt_failed(picked_up(), "d-7", "recipient_absent", NOW)
    assert once is not None
    twice = attempt_failed(once, "d-7", "recipient_absent", LATER)
    assert twice is not None
    return twice
