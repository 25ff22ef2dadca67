"""A notification's life, step by step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.domain.attempts import Outcome, Result, Status
from services.notifications.domain.audience.language import language_of
from services.notifications.domain.channels.contact import is_mail_address
from services.notifications.domain.retry_policy import Plan
from tests.support.builders import NOW
from tests.support.telling import PLAN, a_notification


def test_a_claim_lasts_as_long_as_its_lease() -> None:
    claimed = a_notification().claimed(NOW, PLAN)

    assert claimed.status is Status.SENDING
    assert not claimed.is_due(NOW + PLAN.lease - timedelta(milliseconds=1))
    assert claimed.is_due(NOW + PLAN.lease)


def test_a_second_claim_ends_the_first() -> None:
    first = a_notification().claimed(NOW, PLAN)

    second = first.claimed(NOW + PLAN.lease, PLAN)

    assert second.holds(second)
    assert not second.holds(first)


def test_claims_that_nobody_survives_come_to_an_end() -> None:
    given_up = a_notification(claims=PLAN.claims).claimed(NOW, PLAN)

    assert (given_up.status, given_up.reason, given_up.due) == (Status.FAILED, "channel_unavailable", None)


def test_whoever_has_waited_for_a_place_longer_looks_more_seldom() -> None:
    waits = [PLAN.busy_after(timedelta(seconds=waited), jitter=0) for waited in (0, 3, 600)]

    assert waits == [PLAN.busy_wait, timedelta(seconds=3), PLAN.busy_longest]


def test_failures_wait_longer_each_time_and_then_end() -> None:
    outcome = Outcome(Result.UNAVAILABLE, "email")

    first = a_notification().settled(outcome, NOW, PLAN, jitter=0)
    second = first.settled(outcome, NOW, PLAN, jitter=0)
    third = second.settled(outcome, NOW, PLAN, jitter=0)

    assert (first.due, second.due) == (NOW + timedelta(seconds=2), NOW + timedelta(seconds=4))
    assert (third.status, third.reason) == (Status.FAILED, "channel_unavailable")


@pytest.mark.parametrize(
    ("failures", "jitter", "seconds"), [(1, 0, 2), (1, 1, 1), (4, 0.5, 12), (40, 0, 600)]
)
def test_waits_double_up_to_a_limit_and_jitter_takes_at_most_half(
    failures: int, jitter: float, seconds: int
) -> None:
    assert Plan().wait_after(failures, jitter) == timedelta(seconds=seconds)


def test_without_a_contact_it_waits_a_minute_in_all() -> None:
    unknown = Outcome(Result.NO_CONTACT)

    early = a_notification().settled(unknown, NOW + timedelta(seconds=10), PLAN, jitter=0)
    late = early.settled(unknown, NOW + timedelta(seconds=45), PLAN, jitter=0)
    last = late.settled(unknown, NOW + timedelta(seconds=60), PLAN, jitter=0)

    assert early.due == NOW + timedelta(seconds=20)
    assert late.due == NOW + timedelta(seconds=60)
    assert last.reason == "no_contact"


@pytest.mark.parametrize("text", ["a@b.org", "first.last+tag@sub.example.org"])
def test_a_plain_mail_address_is_one(text: str) -> None:
    assert is_mail_address(text)


@pytest.mark.parametrize(
    "text", ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<x@y>", "<a@b>", "é@b.org", "a@b,c@d"]
)
def test_anything_else_is_no_mail_address(text: str) -> None:
    assert not is_mail_address(text)


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("id", "id"),
        ("id-ID", "id"),
        ("en-AU", "en"),
        ("zh-TW", "zh"),
        ("cmn-Hans", "zh"),
        ("de", "en"),
        ("jv", "id"),
        ("osi", "id"),
    ],
)
def test_guests_read_english_or_chinese_and_neighbours_indonesian(locale: str, language: str) -> None:
    assert language_of(locale) == language


def test_a_driver_who_asks_for_chinese_reads_english() -> None:
    assert language_of("zh", "driver") == "en"


UNAVAILABLE = Outcome(Result.UNAVAILABLE, "push", others=True)


def test_a_channel_that_failed_often_enough_gives_way_to_the_next_at_once() -> None:
    once = a_notification().settled(UNAVAILABLE, NOW, PLAN, jitter=0)
    twice = once.settled(UNAVAILABLE, NOW, PLAN, jitter=0)

    assert (once.due, once.spent(PLAN)) == (NOW + timedelta(seconds=2), frozenset())
    assert (twice.status, twice.due, twice.spent(PLAN)) == (Status.PENDING, NOW, {"push"})


def test_without_another_channel_the_one_that_fails_is_tried_longer() -> None:
    alone = replace(UNAVAILABLE, others=False)

    twice = a_notification().settled(alone, NOW, PLAN, jitter=0).settled(alone, NOW, PLAN, jitter=0)
    ended = twice.settled(alone, NOW, PLAN, jitter=0)

    assert (twice.status, twice.due, twice.hopeless(PLAN)) == (
        Status.PENDING,
        NOW + timedelta(seconds=4),
        frozenset(),
    )
    assert (ended.status, ended.reason) == (Status.FAILED, "channel_unavailable")


def test_whoever_tries_for_everybody_is_not_given_up_for_it() -> None:
    tried = a_notification()
    for _ in range(5):
        tried = tried.settled(replace(UNAVAILABLE, trial=True), NOW, PLAN, jitter=0)

    assert (tried.status, tried.due, tried.failures("push")) == (
        Status.PENDING,
        NOW + timedelta(seconds=2),
        0,
    )
    assert len(tried.attempts) == 5


def test_a_refused_address_gives_way_to_the_next_channel_and_without_one_it_is_the_end() -> None:
    with_another = a_notification().settled(Outcome(Result.REFUSED, "push", others=True), NOW, PLAN, jitter=0)
    alone = a_notification().settled(Outcome(Result.REFUSED, "push"), NOW, PLAN, jitter=0)

    assert (with_another.status, with_another.due) == (Status.PENDING, NOW)
    assert (alone.status, alone.reason) == (Status.FAILED, "address_refused")


def test_a_provider_that_asks_for_time_gets_it() -> None:
    asked = replace(UNAVAILABLE, retry_after=timedelta(minutes=3))

    assert a_notification().settled(asked, NOW, PLAN, jitter=0).due == NOW + timedelta(minutes=3)


def test_a_lost_answer_and_a_lost_holder_are_remembered_as_doubts() -> None:
    doubtful = a_notification().settled(replace(UNAVAILABLE, doubtful=True), NOW, PLAN, jitter=0)
    orphaned = doubtful.claimed(NOW, PLAN).claimed(NOW + PLAN.lease, PLAN)

    assert (doubtful.doubts, doubtful.attempts[0].doubtful) == (1, True)
    assert orphaned.doubts == 2


def test_nothing_left_to_attempt_ends_with_the_last_reason() -> None:
    refused = a_notification().settled(Outcome(Result.REFUSED, "push", others=True), NOW, PLAN, jitter=0)

    ended = refused.settled(Outcome(Result.EXHAUSTED), NOW, PLAN, jitter=0)

    assert (ended.status, ended.reason) == (Status.FAILED, "address_refused")


def test_what_is_urgent_is_worth_telling_for_two_hours_and_the_rest_for_a_day() -> None:
    urgent, normal = a_notification("order.driver_assigned.v1"), a_notification("order.completed.v1")

    assert not urgent.is_useless(NOW + timedelta(hours=1), PLAN)
    assert urgent.is_useless(NOW + timedelta(hours=2), PLAN)
    assert not normal.is_useless(NOW + timedelta(hours=23), PLAN)


def test_a_recipient_may_be_known_under_another_role() -> None:
    assert a_notification(roles=("recipient", "customer")).contact_ids == ("recipient:c-1", "customer:c-1")
    assert a_notification().contact_ids == ("customer:c-1",)
