"""Take a request in: an order with its fare, or one rejected by policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.values import OrderStatus, PayerKind
from services.orders.domain.area import Area
from services.orders.domain.booking.waiting import wait_for_first_search
from services.orders.domain.intake.checks import CHECKS
from services.orders.domain.intake.request import Lookups, OrderRequest, Service
from services.orders.domain.kitchen.cooking import ask_merchant
from services.orders.domain.kitchen.items import items_total
from services.orders.domain.order import SYSTEM, Ending, Order, Policy
from services.orders.domain.payment.funding import Funding, budget_id
from services.orders.domain.payment.tariff import Band, pricing
from services.orders.domain.route.closing import climb_of, requirements_on
from services.orders.domain.search.starting import start_search


def take_in(
    request: OrderRequest, service: Service, area: Area, bands: Sequence[Band], lookups: Lookups
) -> Order:
    """The new order in its first status, with its fare and the policy that travels with it.

    `rejected` with the reason where policy refuses it; `handed_over` where the emergency services take it.
    """
    order = _requested_order(request, service, area, lookups)
    if service.hand_over is not None and service.hand_over.applies(request.details):
        return replace(order, status=OrderStatus.HANDED_OVER, ending=Ending("handed_over", SYSTEM))
    codes = (check(order, request, service, lookups) for check in CHECKS)
    reason = next((code for code in codes if code is not None), None)
    if reason is not None:
        return replace(order, ending=Ending(reason, SYSTEM))
    driven_at = request.scheduled_for or lookups.now
    priced = pricing(service.tariff, bands, driven_at)
    fare = priced.fare(driven_at, order.distance_m, request.payer, items_total(request.items))
    if request.max_fare is not None and fare.total > request.max_fare:
        return replace(order, ending=Ending("fare_above_limit", SYSTEM))
    policy = replace(_policy(order, service, area, lookups), pricing=priced)
    accepted = replace(order, fare=fare, policy=policy)
    if request.payer.kind is PayerKind.CUSTOMER:
        return begin_order(accepted, lookups.now)
    return wait_for_budget(accepted, driven_at)


def wait_for_budget(order: Order, driven_at: datetime) -> Order:
    """The order waiting for its payer's budget. It is not announced before the budget has answered."""
    amount = order.fare.total if order.fare else 0
    funding = Funding(budget_id(order.payer, driven_at), amount)
    return replace(order, status=OrderStatus.AWAITING_FUNDS, funding=funding)


def begin_order(order: Order, now: datetime) -> Order:
    """The accepted order in its first status: booked, asking its merchant, or searching for a driver."""
    booked = wait_for_first_search(order, now)
    if booked is not None:
        return booked
    if order.policy is not None and order.policy.merchant is not None:
        return ask_merchant(order, order.policy.merchant, now)
    return start_search(order, now)


def _policy(order: Order, service: Service, area: Area, lookups: Lookups) -> Policy:
    """The service's policy for this pick-up: its search rules, shelter, and vehicles of the route."""
    rules = service.town if area.is_town(order.pickup_district or "") else service.rural
    shelter = area.shelter_at(order.pickup) if service.from_shelter else None
    requirements = requirements_on(service.policy.requirements, lookups.route)
    if shelter is not None:
        requirements = requirements.model_copy(update={"standby_id": shelter.standby_id})
    return replace(service.policy, search=rules, requirements=requirements)


def _expected_details(request: OrderRequest, service: Service) -> dict[str, Any]:
    """The details that the service asks for. Others may hold anything, and are not kept."""
    return {rule.key: request.details[rule.key] for rule in service.details if rule.key in request.details}


def _requested_order(request: OrderRequest, service: Service, area: Area, lookups: Lookups) -> Order:
    """The order as requested: `rejected` until the checks have passed."""
    way_m = area.road_m(request.pickup, request.dropoff)
    way_back = service.policy.route is not None and service.policy.route.way_back
    order = Order(
        order_id=request.order_id,
        service=service.name,
        service_name=service.texts,
        status=OrderStatus.REJECTED,
        since=lookups.now,
        requested_at=lookups.now,
        digest=request.digest,
        customer=request.customer,
        pickup=request.pickup,
        dropoff=request.dropoff,
        payer=request.payer,
        recipient_id=request.recipient_id,
        agency_id=request.agency_id,
        merchant_id=request.pickup.merchant_id,
        items=request.items,
        details=_expected_details(request, service),
        scheduled_for=request.scheduled_for,
        pickup_district=area.district_of(request.pickup),
        dropoff_district=area.district_of(request.dropoff),
        distance_m=2 * way_m if way_back else way_m,
        policy=service.policy,
        asked_at=request.asked_at,
    )
    return replace(order, climb=climb_of(lookups.route, order, way_m, lookups.now))
