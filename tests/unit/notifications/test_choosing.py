"""Which channel is used, and what makes the next one take its place."""

from __future__ import annotations

from datetime import timedelta

from services.notifications.domain.channels.choosing import Choice, Circumstances, choose
from services.notifications.domain.channels.contact import SealedChannel, Skip, SkipReason
from tests.support.builders import NOW
from tests.support.telling import EMAIL, ORDER, PUSH, SMS, a_contact

ALL = frozenset(ORDER)
LATER = NOW + timedelta(minutes=1)


def test_the_rows_order_counts_and_not_the_persons() -> None:
    assert choose(a_contact(), ORDER, frozenset(), Circumstances(ALL)) == Choice(PUSH)


def test_a_muted_and_an_unknown_channel_are_passed_over() -> None:
    contact = a_contact(muted=frozenset({"push"}))

    chosen = choose(contact, ORDER, frozenset(), Circumstances({"push", "sms"}))

    assert chosen == Choice(SMS, (Skip("push", SkipReason.MUTED), Skip("email", SkipReason.UNSUPPORTED)))


def test_a_refused_address_gives_way_to_the_persons_next_of_the_same_kind() -> None:
    old, new = SealedChannel("push", b"old"), SealedChannel("push", b"new")

    contact = a_contact(channels=(old, new)).refusing(b"old")

    assert choose(contact, ORDER, frozenset(), Circumstances(ALL)).channel == new


def test_a_spent_channel_gives_way_to_the_next() -> None:
    assert choose(a_contact(), ORDER, frozenset({"push"}), Circumstances(ALL)).channel == EMAIL


def test_a_resting_provider_gives_way_to_the_next_and_without_one_is_waited_for() -> None:
    resting = Circumstances(ALL, {"push": LATER})

    with_others = choose(a_contact(), ORDER, frozenset(), resting)
    alone = choose(a_contact(channels=(PUSH,)), ORDER, frozenset(), resting)

    assert with_others.channel == EMAIL
    assert alone == Choice(None, (Skip("push", SkipReason.PAUSED),), LATER)


def test_at_night_mail_goes_out_and_what_rings_waits() -> None:
    night = Circumstances(ALL, quiet_until=LATER)

    by_mail = choose(a_contact(), ORDER, frozenset(), night)
    waiting = choose(a_contact(channels=(SMS, PUSH)), ORDER, frozenset(), night)

    assert by_mail.channel == EMAIL
    assert (waiting.channel, waiting.wait_until) == (None, LATER)


def test_nothing_to_wait_for_is_said_so() -> None:
    nothing = choose(
        a_contact(channels=(SealedChannel("pigeon", b"1"),)), ORDER, frozenset(), Circumstances(ALL)
    )

    assert nothing == Choice(None, (Skip("pigeon", SkipReason.UNSUPPORTED),), None)
