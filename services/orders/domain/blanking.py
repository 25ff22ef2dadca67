"""Blank an order: remove what it says about a customer, recipient, driver or merchant who was erased."""

from __future__ import annotations

from dataclasses import replace

from contracts.values import Place, Role
from services.orders.domain.order import Assignment, Order

NOWHERE = Place(lat=0.0, lng=0.0)
NO_PLATE = "-"


def blanked(order: Order, role: Role, who: str) -> Order:
    """The order without what says who or where this person was.

    The same order where they take no part in it. The second time changes nothing.

    Fare, ids, districts and the attestation of residence stay: accounts and proofs need them. For a
    customer or recipient the items go too, because they may be medicine. The merchant's place stays then,
    without the customer's note, and goes when the merchant is erased. For a driver the plate goes. The
    `digest` goes where it was made of something that goes, because a note could be guessed from it.
    """
    match role:
        case Role.CUSTOMER if order.customer.id == who:
            pickup = (
                order.pickup.model_copy(update={"note": None, "lodging": None})
                if order.pickup.merchant_id
                else NOWHERE
            )
            return replace(
                order, pickup=pickup, dropoff=NOWHERE, items=(), proposal=None, details={}, digest=""
            )
        case Role.RECIPIENT if order.recipient_id == who:
            return replace(order, dropoff=NOWHERE, items=(), proposal=None, details={}, digest="")
        case Role.MERCHANT if order.merchant_id == who:
            return replace(order, pickup=NOWHERE, digest="")
        case Role.DRIVER if order.assignment is not None and order.assignment.driver_id == who:
            return replace(order, assignment=_without_plate(order.assignment))
        case _:
            return order


def _without_plate(assignment: Assignment) -> Assignment:
    return replace(assignment, vehicle=assignment.vehicle.model_copy(update={"plate": NO_PLATE}))
