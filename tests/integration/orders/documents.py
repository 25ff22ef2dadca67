"""Documents on their way through the orders service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.codes import one_time_code
from contracts.requests.drivers import DriverPickedUp
from contracts.values import Proof, Value
from tests.support.builders import a_match_made, an_order_requested
from tests.support.services import CODE_KEY

if TYPE_CHECKING:
    from contracts.requests.orders import OrderRequested
    from tests.support.outside import OutsideApp

AGENCY = {"id": "dispendukcapil", "kind": "agency", "locale": "id"}
HOME = {"lat": -8.2192, "lng": 114.3691, "label": "Jl. Merdeka 12, Ibu Sri", "note": "pagar hijau"}
STEP: dict[str, Any] = {"driver_id": "d-7", "order_id": "o-3"}
SEALED = Proof(envelope="ENV-0042")


def a_document(**changes: Any) -> OrderRequested:
    document = {
        "order_id": "o-3",
        "service": "document",
        "customer": AGENCY,
        "dropoff": HOME,
        "recipient": {"id": "r-5"},
    }
    return an_order_requested(**{**document, "details": {"envelope": "ENV-0042"}, **changes})


def code(serial: int) -> str:
    return one_time_code(CODE_KEY.encode(), "o-3", serial)


def sealed_with(shown: str) -> Proof:
    """The right envelope, and the code that the recipient shows."""
    return Proof(envelope="ENV-0042", code=shown)


def wrong(serial: int) -> str:
    return f"{(int(code(serial)) + 1) % 10**6:06d}"


async def an_assigned_document(app: OutsideApp) -> None:
    await app.request(a_document())
    await app.event("order.search_started.v1")
    await app.request(a_match_made(order_id="o-3"))
    await app.event("order.driver_assigned.v1")


async def a_document_on_the_way(app: OutsideApp) -> None:
    await an_assigned_document(app)
    await app.request(DriverPickedUp(**STEP, proof=SEALED))
    await app.event("order.picked_up.v1")


async def rejected(app: OutsideApp, request: Value) -> str:
    sent = await app.request(request)
    answer = await app.event("request.rejected.v1", request_id=sent.id)
    reason: str = answer.data.reason
    return reason
