"""Each invariant of the demo finds what it is there to find."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.events.matching import DriverReleased, OfferMade
from contracts.events.notifications import NotificationFailed, NotificationSent
from contracts.events.orders import OrderCancelled, OrderCompleted, OrderDriverUnassigned
from services.ops.demo.checks.evidence import Evidence
from services.ops.demo.checks.invariants import check
from services.ops.demo.summary import Timing, summarise
from tests.support.builders import (
    FARE,
    NOW,
    ORDER_EVENT,
    a_driver_assigned,
    a_message,
    a_search_started,
    an_offer_made,
)

if TYPE_CHECKING:
    from contracts.message import Message
    from contracts.values import Value

ENDED = "every order has ended exactly once"
ONE_DRIVER = "one driver per order: the last one assigned drove and completed it"
ONE_ORDER = "one live order per driver at any time"
FREE = "every driver is free again"
RESIDENTS = "only attested residents with valid papers were asked"
TOLD = "everyone to be notified was notified exactly once, by one mail"
NOBODY_ELSE = "no one else was notified"
SEQUENCE = "the events of each order came in sequence"
OUTBOX = "every outbox is empty"
WORK = "every work queue is empty"
PARKED = "nothing is parked"
READABLE = "the town could read every event"


def assigned(order: str = "o-1", driver: str = "d-7", sequence: int = 2) -> Message[Value]:
    return a_message(a_driver_assigned(order_id=order, driver_id=driver, tell=[]), sequence=sequence)


def completed(order: str = "o-1", driver: str = "d-7", sequence: int = 5, **changes: Any) -> Message[Value]:
    done = {"order_id": order, "driver_id": driver, "fare": FARE, "distance_m": 1460, "completed_at": NOW}
    return a_message(
        OrderCompleted.model_validate({**ORDER_EVENT, **done, **changes}),
        id=f"done-{order}",
        sequence=sequence,
    )


def cancelled(order: str = "o-1", driver: str | None = None, sequence: int = 3) -> Message[Value]:
    how = {
        "order_id": order,
        "driver_id": driver,
        "by": {"role": "customer", "id": "c-1"},
        "reason": "customer_cancelled",
    }
    return a_message(
        OrderCancelled.model_validate({**ORDER_EVENT, **how, "fee": 0, "tell": []}), sequence=sequence
    )


def unassigned(order: str = "o-1", driver: str = "d-7", sequence: int = 3) -> Message[Value]:
    gone = {"order_id": order, "driver_id": driver, "attempt": 1, "reason": "driver_cancelled", "tell": []}
    return a_message(OrderDriverUnassigned.model_validate({**ORDER_EVENT, **gone}), sequence=sequence)


def released(order: str = "o-1", driver: str = "d-7") -> Message[Value]:
    return a_message(DriverReleased(driver_id=driver, order_id=order))


def told(notification: str = "n-1", cause: str = "done-o-1", recipient: str = "c-1") -> Message[Value]:
    sent = NotificationSent(
        notification_id=notification,
        recipient_id=recipient,
        channel="email",
        cause=cause,
        template="order.completed",
    )
    return a_message(sent)


GOOD = Evidence(
    ordered=frozenset({"o-1"}),
    events=(assigned(), completed(), released(), told()),
    documents={
        "orders": [{"_id": "o-1", "state": {"status": "completed"}}],
        "drivers": [{"_id": "d-7", "state": {}}],
    },
    queues={"orders.order_requested": 0, "orders.order_requested.parked": 0, "ops.unrouted": 0},
    mail={"c-1@x": {"<n-1@gancang>": 1}},
    addresses={"c-1": "c-1@x", "d-7": "d-7@x"},
    delivered_by={"o-1": "d-7"},
    barred_drivers=frozenset({"d-9"}),
)


def broken(evidence: Evidence) -> list[str]:
    return [finding.name for finding in check(evidence) if not finding.holds]


def test_a_good_run_breaks_none() -> None:
    assert broken(GOOD) == []


def test_a_second_copy_of_a_mail_is_allowed() -> None:
    assert broken(replace(GOOD, mail={"c-1@x": {"<n-1@gancang>": 2}})) == []


@pytest.mark.parametrize(
    ("name", "evidence"),
    [
        (ENDED, replace(GOOD, ordered=frozenset({"o-1", "o-2"}))),
        (ENDED, replace(GOOD, documents={"orders": [{"_id": "o-1", "state": {"status": "searching"}}]})),
        (ONE_DRIVER, replace(GOOD, delivered_by={"o-1": "d-8"})),
        (FREE, replace(GOOD, events=(assigned(), completed(), told()))),
        (
            FREE,
            replace(
                GOOD,
                documents={
                    **GOOD.documents,
                    "drivers": [{"_id": "d-7", "state": {"live": {"order_id": "o-1"}}}],
                },
            ),
        ),
        (
            FREE,
            replace(
                GOOD,
                documents={
                    **GOOD.documents,
                    "drivers": [{"_id": "d-7", "state": {"reserved": [{"order_id": "o-2"}]}}],
                },
            ),
        ),
        (TOLD, replace(GOOD, mail={})),
        (
            OUTBOX,
            replace(GOOD, documents={**GOOD.documents, "searches": [{"_id": "o-1", "outbox": {"1-0": {}}}]}),
        ),
        (WORK, replace(GOOD, queues={"orders.order_requested": 1})),
        (WORK, replace(GOOD, queues={"gancang.delay.10s": 1})),
        (PARKED, replace(GOOD, queues={"orders.order_requested.parked": 1})),
        (PARKED, replace(GOOD, queues={"ops.unrouted": 1})),
        (READABLE, replace(GOOD, troubles=("order.accepted.v1: not_json",))),
    ],
)
def test_what_is_left_wrong_is_found(name: str, evidence: Evidence) -> None:
    assert broken(evidence) == [name]


@pytest.mark.parametrize(
    ("name", "events"),
    [
        (ENDED, (assigned(), completed(), cancelled(sequence=6), released(), told())),
        (
            ONE_DRIVER,
            (
                assigned(),
                assigned(driver="d-8", sequence=3),
                completed(),
                released(),
                released(driver="d-8"),
                told(),
            ),
        ),
        (ONE_DRIVER, (assigned(driver="d-8"), completed(), released(driver="d-8"), told())),
        (
            ONE_ORDER,
            (
                assigned(),
                assigned("o-2"),
                unassigned("o-2"),
                completed(),
                released(),
                released("o-2"),
                told(),
            ),
        ),
        (RESIDENTS, (*GOOD.events, a_message(an_offer_made(driver_id="d-9")))),
        (TOLD, (assigned(), completed(), released())),
        (SEQUENCE, (assigned(sequence=6), completed(), released(), told())),
    ],
)
def test_a_wrong_event_log_is_found(name: str, events: tuple[Message[Value], ...]) -> None:
    assert name in broken(replace(GOOD, events=events))


def test_an_order_that_has_not_ended_is_named_with_what_it_is_since_when() -> None:
    waiting = {"_id": "o-1", "state": {"status": "searching", "since": NOW}}

    ended = check(replace(GOOD, events=(), documents={"orders": [waiting]}))[0]

    assert ended.offenders == (f"o-1 (searching since {NOW:%H:%M:%S} UTC, ended 0 times)",)


def booked(order: str = "o-2", minutes: int = 60) -> Message[Value]:
    ahead = a_driver_assigned(order_id=order, driver_id="d-7", eta_s=60 * minutes, tell=[])
    return a_message(ahead, sequence=2)


def later(message: Message[Value], minutes: int) -> Message[Value]:
    return replace(message, time=NOW + timedelta(minutes=minutes))


LOST = OrderDriverUnassigned.model_validate(
    {
        **ORDER_EVENT,
        "order_id": "o-2",
        "driver_id": "d-7",
        "attempt": 1,
        "reason": "reservation_lost",
        "tell": [],
    }
)


@pytest.mark.parametrize(
    "events",
    [
        (booked(), later(assigned(), 5), later(completed(), 40)),
        (assigned(), booked(), later(completed(), 20), later(unassigned("o-2"), 50)),
        (booked(), later(assigned(), 40), later(a_message(LOST), 46), later(completed(), 50)),
    ],
    ids=["a trip in between", "booked while driving", "lost to a trip that took too long"],
)
def test_a_booked_order_is_not_a_second_live_one(events: tuple[Message[Value], ...]) -> None:
    assert ONE_ORDER not in broken(replace(GOOD, events=events))


def test_a_booked_order_that_has_begun_is_a_live_one() -> None:
    events = (booked(), later(assigned(), 46), later(completed(), 50))

    assert ONE_ORDER in broken(replace(GOOD, events=events))


def test_a_person_notified_twice_is_found() -> None:
    mail = {"c-1@x": {"<n-1@gancang>": 1, "<n-2@gancang>": 1}}

    assert TOLD in broken(replace(GOOD, events=(*GOOD.events, told("n-2")), mail=mail))


def test_another_person_notified_and_a_mail_without_a_notification_are_found() -> None:
    stranger = replace(GOOD, events=(*GOOD.events, told("n-2", recipient="d-7")))
    surplus = replace(GOOD, mail={**GOOD.mail, "d-7@x": {"<n-3@gancang>": 1}})

    assert broken(stranger) == [NOBODY_ELSE]
    assert broken(surplus) == [NOBODY_ELSE]


def test_the_mail_of_a_superseded_notification_may_have_come_before_its_sender_died() -> None:
    superseded = NotificationFailed(
        notification_id="n-2",
        recipient_id="c-1",
        channel="email",
        cause="e-assigned",
        template="order.driver_assigned",
        reason="superseded",
    )
    mail = {"c-1@x": {"<n-1@gancang>": 1, "<n-2@gancang>": 1}}
    sent = replace(GOOD, events=(*GOOD.events, a_message(superseded)), mail=mail)

    assert broken(sent) == []
    assert broken(replace(sent, mail={"c-1@x": {**mail["c-1@x"], "<n-3@gancang>": 1}})) == [NOBODY_ELSE]


def test_a_notification_that_failed_is_found() -> None:
    failed = NotificationFailed(
        notification_id="n-2",
        recipient_id="c-1",
        channel="none",
        cause="x",
        template="order.completed",
        reason="no_contact",
    )

    assert broken(replace(GOOD, events=(*GOOD.events, a_message(failed)))) == [NOBODY_ELSE]


def test_a_driver_who_gave_the_order_back_is_not_a_second_driver() -> None:
    events = (
        assigned(driver="d-8"),
        unassigned(driver="d-8"),
        assigned(sequence=4),
        completed(),
        released(),
        released(driver="d-8"),
        told(),
    )

    assert broken(replace(GOOD, events=events)) == []


def test_what_comes_by_another_queue_has_no_place_among_the_others() -> None:
    search = a_message(a_search_started(), sequence=1)

    assert broken(replace(GOOD, events=(*GOOD.events, search))) == []


def test_the_summary_counts_what_happened() -> None:
    offers = tuple(a_message(an_offer_made(offer_id=f"of-{number}")) for number in (1, 2, 3))
    evidence = replace(GOOD, events=(*offers, *GOOD.events))
    assert all(isinstance(offer.data, OfferMade) for offer in offers)

    document = summarise(evidence, check(evidence), Timing(5, 2, 10, 30), {"seed": 1}, ["A story."])

    assert document["ok"] is True
    assert document["orders"] == {"completed": {"": 1}}
    assert document["offers_per_served_order"] == 3
    assert document["notifications"] == {"order.completed": 1}
    assert document["money"] == {"total": 9000, "driver_share": 7200, "app_share": 1350, "welfare_share": 450}
    assert document["orders_per_second"] == 0.1
