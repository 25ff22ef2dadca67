"""What is left of an order whose customer, recipient, driver or merchant has asked to be forgotten."""

from __future__ import annotations

from dataclasses import replace

from contracts.values import Place, Role
from services.orders.domain.order import Assignment, Order

NOWHERE = Place(lat=0.0, lng=0.0)
NO_PLATE = "-"


def blanked(order: Order, role: Role, who: str) -> Order:
    """The order without what says who or where this person was. The same order when he is not in it, or is blank already.

    Fare, ids, districts and the attestation of residence stay: they are the accounts and the proofs. Of a customer or
    recipient the things ordered go too, for they may be medicine; a merchant's kitchen stays then without what the customer
    wrote to it, and goes with its merchant; of a driver his plate goes. `digest` goes where it was made of what goes: by it
    a note could be guessed.
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
