"""The checks of intake: each returns the reason code of its refusal, or None."""

from __future__ import annotations

from services.orders.domain.booking.terms import schedule_refused
from services.orders.domain.booking.waiting import wait_for_first_search
from services.orders.domain.ground import SAME_PLACE_M, distance_m
from services.orders.domain.hours import LOCAL_TIME
from services.orders.domain.intake.details import details_refused
from services.orders.domain.intake.parties import parties_refused
from services.orders.domain.intake.request import Check, Lookups, OrderRequest, Service
from services.orders.domain.kitchen.availability import merchant_refused
from services.orders.domain.kitchen.items import items_refused
from services.orders.domain.order import Order
from services.orders.domain.payment.funding import payer_refused
from services.orders.domain.route.closing import climb_refused


def _places(order: Order, request: OrderRequest, service: Service, _lookups: Lookups) -> str | None:
    if order.pickup_district is None or order.dropoff_district is None:
        return "outside_area"
    if distance_m(request.pickup, request.dropoff) < SAME_PLACE_M:
        return "same_place"
    return "too_far" if order.distance_m > service.max_distance_m else None


def _parties(order: Order, _request: OrderRequest, service: Service, _lookups: Lookups) -> str | None:
    return parties_refused(order, service.parties)


def _details(_order: Order, request: OrderRequest, service: Service, _lookups: Lookups) -> str | None:
    return details_refused(service.details, request.details)


def _payer(_order: Order, request: OrderRequest, service: Service, lookups: Lookups) -> str | None:
    if request.payer.kind not in service.payers:
        return "payer_not_allowed"
    today = lookups.now.astimezone(LOCAL_TIME).date()
    return payer_refused(
        request.payer, request.customer, service.name, service.programme, lookups.payer_record, today
    )


def _schedule(_order: Order, request: OrderRequest, service: Service, lookups: Lookups) -> str | None:
    sent_at = request.asked_at or lookups.now
    return schedule_refused(service.policy.schedule, request.scheduled_for, sent_at, lookups.now)


def _route(order: Order, _request: OrderRequest, _service: Service, lookups: Lookups) -> str | None:
    return climb_refused(order, lookups.route, lookups.route_status)


def _merchant(order: Order, request: OrderRequest, service: Service, lookups: Lookups) -> str | None:
    rules = service.policy.merchant
    if rules is None:
        return None
    day = (request.scheduled_for or lookups.now).astimezone(LOCAL_TIME).date()
    asked_later = wait_for_first_search(order, lookups.now) is not None
    return merchant_refused(request.pickup, lookups.merchant, rules, day, asked_later=asked_later)


def _items(_order: Order, request: OrderRequest, service: Service, _lookups: Lookups) -> str | None:
    return items_refused(request.items, service.policy.merchant)


CHECKS: tuple[Check, ...] = (_places, _parties, _details, _payer, _schedule, _route, _merchant, _items)
"""In the order in which the checks run: the first refusal is the one that is told."""
