"""From a request to an order: accepted with a fare, or refused by policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.values import OrderStatus, PayerKind
from services.orders.domain.area import Area
from services.orders.domain.booking.terms import schedule_refused
from services.orders.domain.booking.waiting import wait_for_first_search
from services.orders.domain.ground import distance_m
from services.orders.domain.hours import LOCAL_TIME
from services.orders.domain.intake.details import details_refused
from services.orders.domain.intake.parties import parties_refused
from services.orders.domain.intake.request import Check, Lookups, OrderRequest, Service
from services.orders.domain.kitchen.availability import merchant_refused
from services.orders.domain.kitchen.cooking import ask_merchant
from services.orders.domain.kitchen.items import items_refused, items_total
from services.orders.domain.order import SYSTEM, Ending, Order, Policy
from services.orders.domain.payment.funding import Funding, budget_id, payer_refused
from services.orders.domain.payment.tariff import Band, pricing
from services.orders.domain.route.closing import climb_of, climb_refused, requirements_on
from services.orders.domain.search.starting import start_search

SAME_PLACE_M = 20


def take_in(
    wanted: OrderRequest, service: Service, area: Area, bands: Sequence[Band], facts: Lookups
) -> Order:
    """The new order in its first status, with its fare and the policy that travels with it, or `rejected` with the reason."""
    order = _requested_order(wanted, service, area, facts)
    if service.hand_over is not None and service.hand_over.applies(wanted.details):
        return replace(order, status=OrderStatus.HANDED_OVER, ending=Ending("handed_over", SYSTEM))
    reason = next(
        (code for check in CHECKS if (code := check(order, wanted, service, facts)) is not None), None
    )
    if reason is None:
        driven_at = wanted.scheduled_for or facts.now
        priced = pricing(service.tariff, bands, driven_at)
        price = priced.fare(driven_at, order.distance_m, wanted.payer, items_total(wanted.items))
        if wanted.max_fare is None or price.total <= wanted.max_fare:
            policy = replace(_policy(order, service, area, facts), pricing=priced)
            accepted = replace(order, fare=price, policy=policy)
            return (
                begin_order(accepted, facts)
                if wanted.payer.kind is PayerKind.CUSTOMER
                else wait_for_budget(accepted, driven_at)
            )
        reason = "fare_above_limit"
    return replace(order, ending=Ending(reason, SYSTEM))


def wait_for_budget(order: Order, driven_at: datetime) -> Order:
    """The order as it waits for its payer's budget: to the world it does not exist yet."""
    amount = order.fare.total if order.fare else 0
    return replace(
        order, status=OrderStatus.AWAITING_FUNDS, funding=Funding(budget_id(order.payer, driven_at), amount)
    )


def begin_order(order: Order, facts: Lookups) -> Order:
    """The accepted order in its first status."""
    booked = wait_for_first_search(order, facts.now)
    if booked is not None:
        return booked
    if order.policy is not None and order.policy.merchant is not None:
        return ask_merchant(order, order.policy.merchant, facts.now)
    return start_search(order, facts.now)


def _policy(order: Order, service: Service, area: Area, facts: Lookups) -> Policy:
    """The service's policy as it holds at this pick-up."""
    rules = service.town if area.is_town(order.pickup_district or "") else service.rural
    shelter = area.shelter_at(order.pickup) if service.from_shelter else None
    requirements = requirements_on(service.policy.requirements, facts.route)
    if shelter is not None:
        requirements = requirements.model_copy(update={"standby_id": shelter.standby_id})
    return replace(service.policy, search=rules, requirements=requirements)


def _expected_details(wanted: OrderRequest, service: Service) -> dict[str, Any]:
    """The details that the service asks for; what else somebody wrote there is nobody's business, and not kept."""
    return {rule.key: wanted.details[rule.key] for rule in service.details if rule.key in wanted.details}


def _requested_order(wanted: OrderRequest, service: Service, area: Area, facts: Lookups) -> Order:
    way_m = area.road_m(wanted.pickup, wanted.dropoff)
    way_back = service.policy.route is not None and service.policy.route.way_back
    order = Order(
        order_id=wanted.order_id,
        service=service.name,
        service_name=service.texts,
        status=OrderStatus.REJECTED,
        since=facts.now,
        requested_at=facts.now,
        digest=wanted.digest,
        customer=wanted.customer,
        pickup=wanted.pickup,
        dropoff=wanted.dropoff,
        payer=wanted.payer,
        recipient_id=wanted.recipient_id,
        agency_id=wanted.agency_id,
        merchant_id=wanted.pickup.merchant_id,
        items=wanted.items,
        details=_expected_details(wanted, service),
        scheduled_for=wanted.scheduled_for,
        pickup_district=area.district_of(wanted.pickup),
        dropoff_district=area.district_of(wanted.dropoff),
        distance_m=2 * way_m if way_back else way_m,
        policy=service.policy,
        asked_at=wanted.asked_at,
    )
    return replace(order, climb=climb_of(facts.route, order, way_m, facts.now))


def _places(order: Order, wanted: OrderRequest, service: Service, _: Lookups) -> str | None:
    if order.pickup_district is None or order.dropoff_district is None:
        return "outside_area"
    if distance_m(wanted.pickup, wanted.dropoff) < SAME_PLACE_M:
        return "same_place"
    return "too_far" if order.distance_m > service.max_distance_m else None


def _parties(order: Order, _wanted: OrderRequest, service: Service, _facts: Lookups) -> str | None:
    return parties_refused(order, service.parties)


def _details(_order: Order, wanted: OrderRequest, service: Service, _facts: Lookups) -> str | None:
    return details_refused(service.details, wanted.details)


def _payer(_: Order, wanted: OrderRequest, service: Service, facts: Lookups) -> str | None:
    if wanted.payer.kind not in service.payers:
        return "payer_not_allowed"
    today = facts.now.astimezone(LOCAL_TIME).date()
    return payer_refused(
        wanted.payer, wanted.customer, service.name, service.programme, facts.payer_record, today
    )


def _schedule(_order: Order, wanted: OrderRequest, service: Service, facts: Lookups) -> str | None:
    return schedule_refused(
        service.policy.schedule, wanted.scheduled_for, wanted.asked_at or facts.now, facts.now
    )


def _route(order: Order, _wanted: OrderRequest, _service: Service, facts: Lookups) -> str | None:
    return climb_refused(order, facts.route, facts.route_status)


def _items(_order: Order, wanted: OrderRequest, service: Service, _facts: Lookups) -> str | None:
    return items_refused(wanted.items, service.policy.merchant)


def _merchant(order: Order, wanted: OrderRequest, service: Service, facts: Lookups) -> str | None:
    rules = service.policy.merchant
    if rules is None:
        return None
    day = (wanted.scheduled_for or facts.now).astimezone(LOCAL_TIME).date()
    return merchant_refused(
        wanted.pickup,
        facts.merchant,
        rules,
        day,
        asked_later=wait_for_first_search(order, facts.now) is not None,
    )


CHECKS: tuple[Check, ...] = (_places, _parties, _details, _payer, _schedule, _route, _merchant, _items)
"""In the order in which a person hears about them."""
