"""Restricted routes: where they lead, opening hours, closures and volcano levels."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.values import Point, VehicleClass
from services.orders.domain.hours import Hours
from services.orders.domain.route.routes import (
    Closure,
    ClosureDays,
    RestrictedRoute,
    cells_along,
    cells_of_polygon,
    route_between,
)
from services.orders.domain.route.status import (
    RouteStatus,
)

PALTUDING = Point(lat=-8.0716, lng=114.2236)
HALF_WAY = Point(lat=-8.1100, lng=114.2388)
TOWN = Point(lat=-8.2106, lng=114.3745)
MARKET = Point(lat=-8.2192, lng=114.3691)
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def local(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """An instant of 2026, by local time."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


def a_route(**changes: Any) -> RestrictedRoute:
    route = RestrictedRoute(
        name="ijen",
        district="35.10.24",
        gate=cells_of_polygon([(-8.040, 114.215), (-8.040, 114.262), (-8.080, 114.262), (-8.080, 114.215)]),
        approach=cells_along([(-8.138, 114.250), (-8.0716, 114.2236)], 500),
        vehicle_classes=(VehicleClass.TRAIL,),
        hours=((1, Hours(opens=120, closes=720)), (2, Hours(opens=240, closes=720))),
        levels=((date(2026, 1, 1), 1),),
        closures=(Closure(ClosureDays.FIRST_FRIDAY), Closure(first=date(2026, 7, 1), last=date(2026, 9, 30))),
        kmh=30,
        early_min=60,
    )
    return replace(route, **changes)


def said(**changes: Any) -> RouteStatus:
    return replace(RouteStatus("ijen", NOW, open=False, reason="volcano", starts_at=NOW), **changes)


def test_the_route_is_the_mountain_and_the_road_up_to_it() -> None:
    ijen = a_route()

    assert ijen.leads_to(PALTUDING)
    assert not ijen.leads_to(HALF_WAY)
    assert ijen.touches(HALF_WAY)
    assert route_between([ijen], TOWN, PALTUDING) is ijen
    assert route_between([ijen], HALF_WAY, TOWN) is ijen
    assert route_between([ijen], TOWN, MARKET) is None


@pytest.mark.parametrize(
    ("at_gate", "reason"),
    [
        (local(24, 0, 59), "route_hours"),
        (local(24, 1), None),
        (local(24, 2), None),
        (local(24, 11, 59), None),
        (local(24, 12), "route_hours"),
        (local(24, 20), "route_hours"),
    ],
)
def test_a_guest_may_arrive_from_an_hour_before_the_gate_opens_until_it_closes(
    at_gate: datetime, reason: str | None
) -> None:
    assert a_route().refusal(at_gate, None) == reason


@pytest.mark.parametrize(
    ("at_gate", "reason"),
    [
        (local(6, 3), "route_closed"),
        (local(5, 3), None),
        (local(13, 3), None),
        (local(1, 3, month=7), "route_closed"),
        (local(30, 3, month=9), "route_closed"),
        (local(1, 3, month=10), None),
    ],
    ids=[
        "first Friday",
        "the Thursday before",
        "second Friday",
        "season's first day",
        "season's last day",
        "the day after",
    ],
)
def test_the_route_is_closed_on_first_fridays_and_in_its_season(
    at_gate: datetime, reason: str | None
) -> None:
    assert a_route().refusal(at_gate, None) == reason


def test_a_guest_who_leaves_at_one_arrives_at_two() -> None:
    there = a_route().at_gate(local(24, 1), 29_500)

    assert local(24, 1, 55) < there < local(24, 2, 5)


@pytest.mark.parametrize(("level", "reason"), [(1, None), (2, "route_hours"), (3, "route_closed")])
def test_the_volcanos_level_moves_the_hours(level: int, reason: str | None) -> None:
    by_the_data = a_route(levels=((date(2026, 1, 1), level),))

    assert by_the_data.refusal(local(24, 2), None) == reason
    assert a_route().refusal(local(24, 2), said(open=True, level=level)) == reason


def test_a_route_without_a_known_level_is_closed() -> None:
    assert a_route(levels=()).refusal(local(24, 3), None) == "route_closed"


def test_a_closure_holds_from_its_beginning_to_its_end() -> None:
    closed = said(starts_at=local(25, 0), until=local(26, 0))

    assert a_route().refusal(local(24, 3), closed) is None
    assert a_route().refusal(local(25, 3), closed) == "route_closed"
    assert a_route().refusal(local(26, 3), closed) is None


def test_taking_a_closure_back_does_not_open_a_first_friday_but_a_window_does() -> None:
    taken_back = said(open=True)
    window = said(open=True, until=local(7, 0, month=12))

    assert a_route().refusal(local(4, 3, month=12), taken_back) == "route_closed"
    assert a_route().refusal(local(4, 3, month=12), window) is None
