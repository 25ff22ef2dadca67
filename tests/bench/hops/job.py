"""The job of every program: take an order in, match it, tell of it.

The decisions, contracts and documents are the same for all. Each hop: receive, validate, one conditional
write, one confirmed publish, acknowledge. All of it is pure; no program may add to it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from contracts.codec import digest_of
from contracts.events.matching import MatchMade
from contracts.events.notifications import NotificationSent
from contracts.events.orders import OrderAccepted
from contracts.message import Message, derived_id
from contracts.registry import TYPE_OF
from contracts.requests.orders import OrderRequested
from contracts.values import Fare, Payer, PayerKind, Residence, Value, Vehicle

AMQP_URL = "GANCANG_AMQP_URL"
MONGODB_URI = "GANCANG_MONGODB_URI"
QUORUM: dict[str, Any] = {"x-queue-type": "quorum"}
END = "hops.end"

Document = dict[str, Any]

FARE = Fare(total=9000, driver_share=7200, app_share=1350, welfare_share=450)
VEHICLE = Vehicle.model_validate({"class": "motorcycle", "plate": "P 4217 VX"})
RESIDENCE = Residence(by="dispendukcapil", district_code="35.10.16", valid_until=date(2027, 6, 30))


@dataclass(frozen=True, slots=True)
class Step:
    """What a hop decides: the document's id, its state and status, and the message to the next hop."""

    id: str
    state: Document
    status: str
    told: Value


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop; `queue` is where it listens when the program does not name its queues itself."""

    name: str
    takes: type[Value]
    collection: str
    work: Callable[[Any, str], Step]

    @property
    def queue(self) -> str:
        """The rivals' queue."""
        return f"hops.{self.name}"

    @property
    def type(self) -> str:
        """The contract's type."""
        return TYPE_OF[self.takes]


def _take_in(order: OrderRequested, _: str) -> Step:
    state = {
        "service": order.service,
        "customer": order.customer.model_dump(mode="json", exclude_none=True),
        "pickup": order.pickup.model_dump(mode="json", exclude_none=True),
        "dropoff": order.dropoff.model_dump(mode="json", exclude_none=True),
        "fare": FARE.total,
    }
    accepted = OrderAccepted(
        order_id=order.order_id,
        service=order.service,
        customer=order.customer,
        payer=Payer(kind=PayerKind.CUSTOMER, id=order.customer.id),
        pickup_district="35.10.16",
        dropoff_district="35.10.16",
        fare=FARE,
    )
    return Step(order.order_id, state, "searching", accepted)


def _match(accepted: OrderAccepted, _: str) -> Step:
    driver_id, offer_id = f"d-{int(accepted.order_id[2:]) % 300}", f"f-{accepted.order_id[2:]}"
    state = {
        "driver_id": driver_id,
        "offer_id": offer_id,
        "attempt": 1,
        "eta_s": 180,
        "customer_id": accepted.customer.id,
    }
    made = MatchMade(
        order_id=accepted.order_id,
        attempt=1,
        driver_id=driver_id,
        offer_id=offer_id,
        vehicle=VEHICLE,
        residence=RESIDENCE,
        eta_s=180,
    )
    return Step(accepted.order_id, state, "matched", made)


def _tell(match: MatchMade, message_id: str) -> Step:
    state = {"recipient_id": match.driver_id, "channel": "log", "template": "match_made", "cause": message_id}
    sent = NotificationSent(
        notification_id=match.order_id,
        recipient_id=match.driver_id,
        channel="log",
        cause=message_id,
        template="match_made",
    )
    return Step(match.order_id, state, "sent", sent)


TAKE_IN = Hop("take_in", OrderRequested, "orders", _take_in)
MATCH = Hop("match", OrderAccepted, "matches", _match)
TELL = Hop("tell", MatchMade, "notifications", _tell)
HOPS = {hop.name: hop for hop in (TAKE_IN, MATCH, TELL)}
NEXT = {TAKE_IN.name: MATCH.queue, MATCH.name: TELL.queue, TELL.name: END}


def order_id(number: int) -> str:
    """Id of the order with this number."""
    return f"o-{number}"


def an_order(number: int) -> OrderRequested:
    """What an app sends."""
    return OrderRequested.model_validate(
        {
            "order_id": order_id(number),
            "service": "ride",
            "customer": {"id": f"c-{number % 1000}", "kind": "tourist", "locale": "en"},
            "pickup": {"lat": -8.2106, "lng": 114.3745, "label": "Stasiun Banyuwangi Kota"},
            "dropoff": {"lat": -8.2192, "lng": 114.3691, "label": "Taman Blambangan"},
        }
    )


def a_message(data: Value, message_id: str) -> Message[Value]:
    """The envelope of a program that has envelopes."""
    return Message(message_id, TYPE_OF[type(data)], "/bench/hops", datetime.now(UTC), data)


def next_id(hop: Hop, step: Step) -> str:
    """The same message sent again has the same id, so the next hop sees that it is a repeat."""
    return derived_id(hop.name, step.id, 1, 0)


def document_of(hop: Hop, step: Step, message_id: str, data: Value) -> Document:
    """The document: state, mark of the message, one line of history. As the runtime's, without outbox.

    Inserting it is the conditional write: a document that exists is an error, and the message a repeat.
    """
    now = datetime.now(UTC)
    line = {
        "at": now,
        "status": step.status,
        "by": "bench",
        "reason": None,
        "event_id": next_id(hop, step),
        "cause": message_id,
    }
    return {
        "_id": step.id,
        "version": 1,
        "state": step.state,
        "updated_at": now,
        "seen": [["/bench/hops", message_id, digest_of(data)]],
        "history": [line],
    }


def amqp_url() -> str:
    """The broker, with the virtual host of this round."""
    return os.environ[AMQP_URL]


def mongodb_uri() -> str:
    """The database of this round."""
    return os.environ[MONGODB_URI]


MONGO_OPTIONS: dict[str, Any] = {"w": "majority", "journal": True, "tz_aware": True}
