"""A notification's life, one transition after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.domain.attempts import AttemptResult, Result
from services.notifications.domain.audience.language import language_of
from services.notifications.domain.channels.contact import is_mail_address
from services.notifications.domain.lease import SendStatus
from services.notifications.domain.retry_policy import RetryPolicy
from tests.support.builders import NOW
from tests.support.telling import RETRIES, a_notification


def test_a_claim_lasts_as_long_as_its_lease() -> None:
    claimed = a_notification().claimed(NOW, RETRIES)

    assert claimed.status is SendStatus.SENDING
    assert not claimed.is_due(NOW + RETRIES.lease - timedelta(milliseconds=1))
    assert claimed.is_due(NOW + RETRIES.lease)


def test_a_second_claim_ends_the_first() -> None:
    first = a_notification().claimed(NOW, RETRIES)

    second = first.claimed(NOW + RETRIES.lease, RETRIES)

    assert second.holds(second)
    assert not second.holds(first)


def test_a_notification_whose_claims_all_die_is_given_up() -> None:
    given_up = a_notification(claims=RETRIES.claims).claimed(NOW, RETRIES)

    assert (given_up.status, given_up.reason, given_up.due) == (
        SendStatus.FAILED,
        "channel_unavailable",
        None,
    )


def test_the_longer_a_notification_has_waited_for_a_slot_the_longer_its_next_wait() -> None:
    waits = [RETRIES.busy_after(timedelta(seconds=waited), jitter=0) for waited in (0, 3, 600)]

    assert waits == [RETRIES.busy_wait, timedelta(seconds=3), RETRIES.busy_longest]


def test_waits_grow_with_each_failure_until_it_is_given_up() -> None:
    outcome = AttemptResult(Result.UNAVAILABLE, "email")

    first = a_notification().settled(outcome, NOW, RETRIES, jitter=0)
    second = first.settled(outcome, NOW, RETRIES, jitter=0)
    third = second.settled(outcome, NOW, RETRIES, jitter=0)

    assert (first.due, second.due) == (NOW + timedelta(seconds=2), NOW + timedelta(seconds=4))
    assert (third.status, third.reason) == (SendStatus.FAILED, "channel_unavailable")


@pytest.mark.parametrize(
    ("failures", "jitter", "seconds"), [(1, 0, 2), (1, 1, 1), (4, 0.5, 12), (40, 0, 600)]
)
def test_waits_double_up_to_a_limit_and_jitter_shortens_them_by_at_most_half(
    failures: int, jitter: float, seconds: int
) -> None:
    assert RetryPolicy().wait_after(failures, jitter) == timedelta(seconds=seconds)


def test_without_a_contact_it_waits_a_minute_in_all() -> None:
    unknown = AttemptResult(Result.NO_CONTACT)

    early = a_notification().settled(unknown, NOW + timedelta(seconds=10), RETRIES, jitter=0)
    late = early.settled(unknown, NOW + timedelta(seconds=45), RETRIES, jitter=0)
    last = late.settled(unknown, NOW + timedelta(seconds=60), RETRIES, jitter=0)

    assert early.due == NOW + timedelta(seconds=20)
    assert late.due == NOW + timedelta(seconds=60)
    assert last.reason == "no_contact"


@pytest.mark.parametrize("text", ["a@b.org", "first.last+tag@sub.example.org"])
def test_a_plain_mail_address_is_accepted(text: str) -> None:
    assert is_mail_address(text)


@pytest.mark.parametrize(
    "text", ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<x@y>", "<a@b>", "é@b.org", "a@b,c@d"]
)
def test_anything_else_is_not_a_mail_address(text: str) -> None:
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
def test_guests_read_english_or_chinese_and_related_languages_indonesian(locale: str, language: str) -> None:
    assert language_of(locale) == language


def test_a_driver_who_asks_for_chinese_reads_english() -> None:
    assert language_of("zh", "driver") == "en"


UNAVAILABLE = AttemptResult(Result.UNAVAILABLE, "push", alternative=True)


def test_a_channel_that_failed_often_enough_is_replaced_by_the_next_at_once() -> None:
    once = a_notification().settled(UNAVAILABLE, NOW, RETRIES, jitter=0)
    twice = once.settled(UNAVAILABLE, NOW, RETRIES, jitter=0)

    assert (once.due, once.spent(RETRIES)) == (NOW + timedelta(seconds=2), frozenset())
    assert (twice.status, twice.due, twice.spent(RETRIES)) == (SendStatus.PENDING, NOW, frozenset({"push"}))


def test_without_another_channel_the_failing_one_is_tried_longer() -> None:
    alone = replace(UNAVAILABLE, alternative=False)

    twice = a_notification().settled(alone, NOW, RETRIES, jitter=0).settled(alone, NOW, RETRIES, jitter=0)
    ended = twice.settled(alone, NOW, RETRIES, jitter=0)

    assert (twice.status, twice.due, twice.exhausted(RETRIES)) == (
        SendStatus.PENDING,
        NOW + timedelta(seconds=4),
        frozenset(),
    )
    assert (ended.status, ended.reason) == (SendStatus.FAILED, "channel_unavailable")


def test_a_failed_probe_is_no_failure_of_the_notification() -> None:
    tried = a_notification()
    for _ in range(5):
        tried = tried.settled(replace(UNAVAILABLE, probe=True), NOW, RETRIES, jitter=0)

    assert (tried.status, tried.due, tried.failures("push")) == (
        SendStatus.PENDING,
        NOW + timedelta(seconds=2),
        0,
    )
    assert len(tried.attempts) == 5


def test_a_refused_address_uses_the_next_channel_and_without_one_the_notification_fails() -> None:
    with_another = a_notification().settled(
        AttemptResult(Result.REFUSED, "push", alternative=True), NOW, RETRIES, jitter=0
    )
    alone = a_notification().settled(AttemptResult(Result.REFUSED, "push"), NOW, RETRIES, jitter=0)

    assert (with_another.status, with_another.due) == (SendStatus.PENDING, NOW)
    assert (alone.status, alone.reason) == (SendStatus.FAILED, "address_refused")


def test_the_wait_that_a_provider_asks_for_is_kept() -> None:
    asked = replace(UNAVAILABLE, retry_after=timedelta(minutes=3))

    assert a_notification().settled(asked, NOW, RETRIES, jitter=0).due == NOW + timedelta(minutes=3)


def test_a_lost_answer_and_a_lost_claim_are_counted_as_doubts() -> None:
    doubtful = a_notification().settled(replace(UNAVAILABLE, doubtful=True), NOW, RETRIES, jitter=0)
    orphaned = doubtful.claimed(NOW, RETRIES).claimed(NOW + RETRIES.lease, RETRIES)

    assert (doubtful.doubts, doubtful.attempts[0].doubtful) == (1, True)
    assert orphaned.doubts == 2


def test_without_a_channel_left_it_fails_with_the_last_reason() -> None:
    refused = a_notification().settled(
        AttemptResult(Result.REFUSED, "push", alternative=True), NOW, RETRIES, jitter=0
    )

    ended = refused.settled(AttemptResult(Result.EXHAUSTED), NOW, RETRIES, jitter=0)

    assert (ended.status, ended.reason) == (SendStatus.FAILED, "address_refused")


def test_urgent_notifications_are_useful_for_two_hours_and_others_for_a_day() -> None:
    urgent, normal = a_notification("order.driver_assigned.v1"), a_notification("order.completed.v1")

    assert not urgent.is_useless(NOW + timedelta(hours=1), RETRIES)
    assert urgent.is_useless(NOW + timedelta(hours=2), RETRIES)
    assert not normal.is_useless(NOW + timedelta(hours=23), RETRIES)


def test_a_contact_may_be_registered_under_another_role() -> None:
    assert a_notification(contact_roles=("recipient", "customer")).contact_ids == (
        "recipient:c-1",
        "customer:c-1",
    )
    assert a_notification().contact_ids == ("customer:c-1",)
