"""From a request to an order: accepted with a fare, or refused by policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.values import Actor, Customer, OrderStatus, Payer, Place, Role, Texts
from services.orders.domain.area import Area, distance_m
from services.orders.domain.order import Ending, Order, Policy, SearchRules
from services.orders.domain.tariff import Band, Tariff, pricing

SYSTEM = Actor(role=Role.SYSTEM, id="orders")
SAME_PLACE_M = 20


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the catalogue, as far as intake needs it. `max_distance_m` along the road."""

    name: str
    texts: Texts
    town: SearchRules
    rural: SearchRules
    policy: Policy
    tariff: Tariff
    payers: frozenset[str]
    max_distance_m: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the request asks for."""

    order_id: str
    digest: str
    customer: Customer
    pickup: Place
    dropoff: Place
    payer: Payer
    recipient_id: str | None
    agency_id: str | None
    scheduled: bool
    max_fare: int | None


def take_in(wanted: Wanted, service: Service, area: Area, bands: Sequence[Band], now: datetime) -> Order:
    """The new order: `searching` with its fare and the policy that travels with it, or `rejected` with the reason."""
    order = Order(
        order_id=wanted.order_id,
        service=service.name,
        service_name=service.texts,
        status=OrderStatus.REJECTED,
        since=now,
        requested_at=now,
        digest=wanted.digest,
        customer=wanted.customer,
        pickup=wanted.pickup,
        dropoff=wanted.dropoff,
        payer=wanted.payer,
        recipient_id=wanted.recipient_id,
        agency_id=wanted.agency_id,
        pickup_district=area.district_of(wanted.pickup),
        dropoff_district=area.district_of(wanted.dropoff),
        distance_m=area.road_m(wanted.pickup, wanted.dropoff),
        policy=service.policy,
    )
    reason = _refusal(order, wanted, service)
    if reason is None:
        priced = pricing(service.tariff, bands, now)
        price = priced.fare(now, order.distance_m, wanted.payer)
        if wanted.max_fare is None or price.total <= wanted.max_fare:
            rules = service.town if area.is_town(order.pickup_district or "") else service.rural
            accepted = replace(order, fare=price, policy=replace(service.policy, search=rules, pricing=priced))
            return start_search(accepted, now)
        reason = "fare_above_limit"
    return replace(order, ending=Ending(reason, SYSTEM))


def start_search(order: Order, now: datetime) -> Order:
    """The order in its next search for a driver."""
    if order.policy is None:
        return order
    return replace(
        order,
        status=OrderStatus.SEARCHING,
        since=now,
        attempt=order.attempt + 1,
        search=order.policy.search.policy(now),
        assignment=None,
    )


def _refusal(order: Order, wanted: Wanted, service: Service) -> str | None:
    if order.pickup_district is None or order.dropoff_district is None:
        return "outside_area"
    if distance_m(wanted.pickup, wanted.dropoff) < SAME_PLACE_M:
        return "same_place"
    if order.distance_m > service.max_distance_m:
        return "too_far"
    if wanted.payer.kind not in service.payers:
        return "payer_not_allowed"
    return "schedule_not_allowed" if wanted.scheduled else None
