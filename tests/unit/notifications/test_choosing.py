"""Which channel is used, and what makes the next one replace it."""

from __future__ import annotations

from datetime import timedelta

from services.notifications.domain.channels.choosing import Choice, Conditions, choose
from services.notifications.domain.channels.contact import SealedChannel, SkippedChannel, SkipReason
from tests.support.builders import NOW
from tests.support.telling import EMAIL, ORDER, PUSH, SMS, a_contact

ALL = frozenset(ORDER)
LATER = NOW + timedelta(minutes=1)


def test_the_order_of_the_row_counts_not_the_order_of_the_contact() -> None:
    assert choose(a_contact(), ORDER, frozenset(), Conditions(ALL)) == Choice(PUSH)


def test_a_muted_and_an_unknown_channel_are_skipped() -> None:
    contact = a_contact(muted=frozenset({"push"}))

    chosen = choose(contact, ORDER, frozenset(), Conditions({"push", "sms"}))

    assert chosen == Choice(
        SMS, (SkippedChannel("push", SkipReason.MUTED), SkippedChannel("email", SkipReason.UNSUPPORTED))
    )


def test_a_refused_address_is_replaced_by_the_next_one_of_the_same_kind() -> None:
    old, new = SealedChannel("push", b"old"), SealedChannel("push", b"new")

    contact = a_contact(channels=(old, new)).refusing(b"old")

    assert choose(contact, ORDER, frozenset(), Conditions(ALL)).channel == new


def test_a_spent_channel_is_replaced_by_the_next() -> None:
    assert choose(a_contact(), ORDER, frozenset({"push"}), Conditions(ALL)).channel == EMAIL


def test_an_open_circuit_uses_the_next_channel_and_without_one_waits() -> None:
    open_circuit = Conditions(ALL, {"push": LATER})

    with_others = choose(a_contact(), ORDER, frozenset(), open_circuit)
    alone = choose(a_contact(channels=(PUSH,)), ORDER, frozenset(), open_circuit)

    assert with_others.channel == EMAIL
    assert alone == Choice(None, (SkippedChannel("push", SkipReason.PAUSED),), LATER)


def test_at_night_mail_goes_out_and_ringing_channels_wait() -> None:
    night = Conditions(ALL, quiet_until=LATER)

    by_mail = choose(a_contact(), ORDER, frozenset(), night)
    waiting = choose(a_contact(channels=(SMS, PUSH)), ORDER, frozenset(), night)

    assert by_mail.channel == EMAIL
    assert (waiting.channel, waiting.wait_until) == (None, LATER)


def test_without_a_usable_channel_there_is_nothing_to_wait_for() -> None:
    nothing = choose(
        a_contact(channels=(SealedChannel("pigeon", b"1"),)), ORDER, frozenset(), Conditions(ALL)
    )

    assert nothing == Choice(None, (SkippedChannel("pigeon", SkipReason.UNSUPPORTED),), None)
