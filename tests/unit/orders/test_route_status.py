"""Announcements about a route: which one applies when, and when its orders are looked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import bson

from services.orders.adapters.mongo import ROUTE_STATUS
from services.orders.domain.route.status import (
    SECOND_SWEEP_AFTER,
    RouteStatus,
    after_sweep,
    newer_status,
    route_timers,
)

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def said(**changes: Any) -> RouteStatus:
    return replace(RouteStatus("ijen", NOW, open=False, reason="volcano", starts_at=NOW), **changes)


def test_an_older_announcement_has_no_effect_and_the_level_stays() -> None:
    known = newer_status(None, said(level=2), NOW)
    assert known is not None

    assert newer_status(known, said(as_of=NOW - timedelta(seconds=1)), NOW) is None
    newer = newer_status(known, said(as_of=NOW + timedelta(seconds=1), open=True), NOW)

    assert newer is not None
    assert newer.level == 2


def test_the_orders_of_a_closed_route_are_looked_for_twice() -> None:
    known = newer_status(None, said(), NOW)
    assert known is not None

    assert route_timers(known) == {"sweep": NOW + SECOND_SWEEP_AFTER}
    assert after_sweep(known, NOW) is None
    done = after_sweep(known, NOW + SECOND_SWEEP_AFTER)
    assert done is not None
    assert route_timers(done) == {}


def test_guests_who_left_after_the_announcement_are_looked_for_when_the_closure_begins() -> None:
    tonight, tomorrow = NOW + timedelta(hours=8), NOW + timedelta(days=1)
    first = newer_status(None, said(starts_at=tonight, until=tomorrow), NOW)
    known = newer_status(
        first, said(as_of=NOW + timedelta(seconds=1), starts_at=tomorrow + timedelta(days=1)), NOW
    )
    assert known is not None

    done = after_sweep(known, NOW + SECOND_SWEEP_AFTER)
    assert done is not None
    assert route_timers(done) == {"sweep": tonight}
    then = after_sweep(done, tonight)
    assert then is not None
    assert route_timers(then) == {"sweep": tomorrow + timedelta(days=1)}


def test_a_closure_applies_until_the_day_from_which_a_later_announcement_opens() -> None:
    closed = newer_status(None, said(open=False, until=None), NOW)

    status = newer_status(
        closed,
        said(as_of=NOW + timedelta(minutes=1), open=True, starts_at=NOW + timedelta(days=3), until=None),
        NOW,
    )

    assert status is not None
    assert status.open_at(NOW + timedelta(days=2)) is False
    assert status.open_at(NOW + timedelta(days=4)) is None


def test_two_closures_apply_beside_each_other_and_come_back_from_the_database() -> None:
    first = said(open=False, starts_at=NOW + timedelta(days=1), until=NOW + timedelta(days=2))
    second = said(
        as_of=NOW + timedelta(minutes=1),
        open=False,
        starts_at=NOW + timedelta(days=9),
        until=NOW + timedelta(days=10),
    )

    status = newer_status(newer_status(None, first, NOW), second, NOW)

    assert status is not None
    assert [status.open_at(NOW + timedelta(days=days)) for days in (1, 5, 9)] == [False, None, False]
    assert (
        ROUTE_STATUS.decode(
            bson.decode(bson.encode(ROUTE_STATUS.encode(status)), bson.CodecOptions(tz_aware=True))
        )
        == status
    )
