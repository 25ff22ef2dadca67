"""Builders of valid data and messages: `an_order_requested(service="food")` names only what matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from contracts.codec import binary_headers, body_of
from contracts.events.matching import MatchFailed, MatchMade, OfferMade
from contracts.events.orders import OrderDriverAssigned, OrderSearchStarted
from contracts.message import Message, derived_id
from contracts.registry import CONTRACTS, TYPE_OF
from contracts.requests.drivers import (
    DriverOfferAccepted,
    DriverPositionsReported,
    DriverRegistered,
    DriverResidenceAttested,
    DriverShiftStarted,
)
from contracts.requests.orders import OrderCancellationRequested, OrderRequested
from contracts.requests.recipients import RecipientContactRegistered, RecipientErasureRequested
from contracts.values import Value

V = TypeVar("V", bound=Value)

NOW = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
STATION: dict[str, Any] = {"lat": -8.2106, "lng": 114.3745, "label": "Stasiun Banyuwangi Kota"}
PARK: dict[str, Any] = {"lat": -8.2192, "lng": 114.3691, "label": "Taman Blambangan"}
VEHICLE = {"class": "motorcycle", "plate": "P 4217 VX"}
RESIDENCE = {"by": "dispendukcapil", "district_code": "35.10.16", "valid_until": "2027-06-30"}
FARE = {"total": 9000, "driver_share": 7200, "app_share": 1350, "welfare_share": 450}
CUSTOMER = {"id": "c-1", "kind": "tourist", "locale": "en"}
SEARCH = {"radii_m": [1000, 1500, 2000, 2500, 3000], "until": NOW + timedelta(seconds=120)}
ORDER_EVENT: dict[str, Any] = {
    "order_id": "o-1",
    "service": "ride",
    "customer": CUSTOMER,
    "payer": {"kind": "customer", "id": "c-1"},
    "pickup_district": "35.10.16",
    "dropoff_district": "35.10.16",
    "tell": ["customer"],
}


def an_order_requested(**changes: Any) -> OrderRequested:
    ride = {"order_id": "o-1", "service": "ride", "customer": CUSTOMER, "pickup": STATION, "dropoff": PARK}
    return OrderRequested.model_validate({**ride, **changes})


def a_cancellation_requested(**changes: Any) -> OrderCancellationRequested:
    wish = {"order_id": "o-1", "by": {"role": "customer", "id": "c-1"}}
    return OrderCancellationRequested.model_validate({**wish, **changes})


def a_driver_registered(**changes: Any) -> DriverRegistered:
    papers = [{"kind": "sim_c", "valid_until": "2029-03-14"}, {"kind": "stnk", "valid_until": "2028-08-01"}]
    return DriverRegistered.model_validate(
        {"driver_id": "d-7", "vehicle": VEHICLE, "papers": papers, **changes}
    )


def a_residence_attested(**changes: Any) -> DriverResidenceAttested:
    by = {"role": "agency", "id": "dispendukcapil"}
    fact = {"driver_id": "d-7", "by": by, "district_code": "35.10.16", "valid_until": "2027-06-30"}
    return DriverResidenceAttested.model_validate({**fact, **changes})


def a_shift_started(**changes: Any) -> DriverShiftStarted:
    fact = {"driver_id": "d-7", "place": {"lat": -8.2101, "lng": 114.3739}}
    return DriverShiftStarted.model_validate({**fact, **changes})


def a_position_report(*driver_ids: str, **changes: Any) -> DriverPositionsReported:
    """All the drivers at one place, by default beside the station and now."""
    where = {"lat": -8.2101, "lng": 114.3739, "at": NOW, **changes}
    positions = [{"driver_id": driver_id, **where} for driver_id in driver_ids or ("d-7",)]
    return DriverPositionsReported.model_validate({"positions": positions})


def an_offer_accepted(**changes: Any) -> DriverOfferAccepted:
    return DriverOfferAccepted.model_validate({"driver_id": "d-7", "offer_id": "of-1", **changes})


def a_contact_registered(**changes: Any) -> RecipientContactRegistered:
    channels = [{"kind": "email", "address": "guest@example.org"}]
    contact = {"recipient_id": "c-1", "role": "customer", "locale": "en", "channels": channels}
    return RecipientContactRegistered.model_validate({**contact, **changes})


def an_erasure_requested(**changes: Any) -> RecipientErasureRequested:
    """By the person himself."""
    who = {"recipient_id": changes.get("recipient_id", "c-1"), "role": "customer"}
    return RecipientErasureRequested.model_validate(
        {**who, "by": {"role": "customer", "id": who["recipient_id"]}, **changes}
    )


def a_search_started(**changes: Any) -> OrderSearchStarted:
    wanted = {"vehicle_classes": ["scooter", "motorcycle", "trail"]}
    search = {
        "attempt": 1,
        "pickup": STATION,
        "dropoff": PARK,
        "requirements": wanted,
        "search": SEARCH,
        "fare": FARE,
    }
    return OrderSearchStarted.model_validate({**ORDER_EVENT, **search, **changes})


def an_offer_made(**changes: Any) -> OfferMade:
    distances = {"pickup_distance_m": 110, "trip_distance_m": 1460}
    when = {"attempt": 1, "expires_at": NOW + timedelta(seconds=15)}
    offer = {
        "offer_id": "of-1",
        "order_id": "o-1",
        "driver_id": "d-7",
        "service": "ride",
        **when,
        **distances,
    }
    return OfferMade.model_validate({**offer, "pickup": STATION, "requirements": {}, "fare": FARE, **changes})


def a_match_made(**changes: Any) -> MatchMade:
    who = {"order_id": "o-1", "attempt": 1, "driver_id": "d-7", "offer_id": "of-1"}
    return MatchMade.model_validate(
        {**who, "vehicle": VEHICLE, "residence": RESIDENCE, "eta_s": 60, **changes}
    )


def a_match_failed(**changes: Any) -> MatchFailed:
    return MatchFailed.model_validate({"order_id": "o-1", "attempt": 1, "reason": "no_driver", **changes})


def a_driver_assigned(**changes: Any) -> OrderDriverAssigned:
    driver = {"driver_id": "d-7", "attempt": 1, "vehicle": VEHICLE, "residence": RESIDENCE, "eta_s": 60}
    return OrderDriverAssigned.model_validate({**ORDER_EVENT, **driver, **changes})


def a_message(data: V, **changes: Any) -> Message[V]:
    """The message that carries the data; equal data and changes give the same id."""
    name = TYPE_OF[type(data)]
    about = CONTRACTS[name].about
    known = {
        "id": derived_id("test", name, body_of(data), sorted(changes.items(), key=str)),
        "type": name,
        "source": "app.test",
        "time": NOW,
        "data": data,
        "subject": getattr(data, about, None) if about else None,
        "correlation_id": getattr(data, "order_id", None),
    }
    return Message(**{**known, **changes})


def on_the_wire(message: Message[Value]) -> tuple[dict[str, Any], bytes]:
    """Headers and body of binary mode, as a broker hands them over."""
    return binary_headers(message), body_of(message.data)
