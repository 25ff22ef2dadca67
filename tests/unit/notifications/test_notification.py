"""A notification's life, step by step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.notifications.domain.contact import Choice, Contact, SealedChannel, Skip, SkipReason, is_mail_address
from services.notifications.domain.language import language_of
from services.notifications.domain.notification import Cause, Notification, Outcome, Result, Status
from services.notifications.domain.retries import Plan
from tests.support.builders import NOW

PLAN = Plan(failures=3)
EMAIL = SealedChannel("email", b"1")
PUSH = SealedChannel("push", b"2")


def a_notification(**changes: Any) -> Notification:
    cause = Cause("/gancang/orders", "e-1", "order.completed.v1", "o-1")
    fields = {"id": "n-1", "role": "customer", "recipient_id": "c-1", "template": "order.completed", "parameters": {}}
    return Notification(**{**fields, "cause": cause, "created_at": NOW, **changes})


def a_contact(**changes: Any) -> Contact:
    fields = {"recipient_id": "c-1", "role": "customer", "locale": "id", "as_of": NOW, "channels": (PUSH, EMAIL)}
    return Contact(**{**fields, **changes})


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


def test_failures_wait_longer_each_time_and_then_end() -> None:
    outcome = Outcome(Result.UNAVAILABLE, "email")

    first = a_notification().settled(outcome, NOW, PLAN, jitter=0)
    second = first.settled(outcome, NOW, PLAN, jitter=0)
    third = second.settled(outcome, NOW, PLAN, jitter=0)

    assert (first.due, second.due) == (NOW + timedelta(seconds=2), NOW + timedelta(seconds=4))
    assert (third.status, third.reason) == (Status.FAILED, "channel_unavailable")


@pytest.mark.parametrize(("failures", "jitter", "seconds"), [(1, 0, 2), (1, 1, 1), (4, 0.5, 12), (40, 0, 600)])
def test_waits_double_up_to_a_limit_and_jitter_takes_at_most_half(failures: int, jitter: float, seconds: int) -> None:
    assert Plan().wait_after(failures, jitter) == timedelta(seconds=seconds)


def test_without_a_contact_it_waits_a_minute_in_all() -> None:
    unknown = Outcome(Result.NO_CONTACT)

    early = a_notification().settled(unknown, NOW + timedelta(seconds=10), PLAN, jitter=0)
    late = early.settled(unknown, NOW + timedelta(seconds=45), PLAN, jitter=0)
    last = late.settled(unknown, NOW + timedelta(seconds=60), PLAN, jitter=0)

    assert early.due == NOW + timedelta(seconds=20)
    assert late.due == NOW + timedelta(seconds=60)
    assert last.reason == "no_contact"


def test_the_first_channel_that_is_ours_and_not_muted_is_used() -> None:
    chosen = a_contact().choose({"email"})
    muted = a_contact(muted=frozenset({"email"})).choose({"email"})

    assert chosen == Choice(EMAIL, (Skip("push", SkipReason.UNSUPPORTED),))
    assert muted.channel is None
    assert muted.skipped[1] == Skip("email", SkipReason.MUTED)


@pytest.mark.parametrize("text", ["a@b.org", "first.last+tag@sub.example.org"])
def test_a_plain_mail_address_is_one(text: str) -> None:
    assert is_mail_address(text)


@pytest.mark.parametrize("text", ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<x@y>", "<a@b>", "é@b.org", "a@b,c@d"])
def test_anything_else_is_no_mail_address(text: str) -> None:
    assert not is_mail_address(text)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("id", "id"), ("id-ID", "id"), ("en-AU", "en"), ("zh-TW", "zh"), ("cmn-Hans", "zh"), ("de", "en"), ("jv", "id"), ("osi", "id")],
)
def test_guests_read_english_or_chinese_and_neighbours_indonesian(locale: str, language: str) -> None:
    assert language_of(locale) == language


def test_a_driver_who_asks_for_chinese_reads_english() -> None:
    assert language_of("zh", "driver") == "en"
