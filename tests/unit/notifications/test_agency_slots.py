"""Which agency may be posted to now, and when a delivery without a slot looks again."""

from __future__ import annotations

from datetime import timedelta

from services.notifications.webhooks.slots import LATEST, PER_AGENCY, SHARED, SOONEST, AgencySlots
from tests.support.builders import NOW


def test_one_agency_has_four_posts_under_way() -> None:
    slots = AgencySlots(1)

    taken = [slots.take("dukcapil") for _ in range(PER_AGENCY + 2)]
    slots.give_back("dukcapil")

    assert taken == [True] * PER_AGENCY + [False, False]
    assert slots.take("dukcapil")


def test_agencies_that_hang_leave_every_other_agency_its_first_slot() -> None:
    slots = AgencySlots(1)
    hanging = [slots.take(f"a-{number}") for number in range(SHARED) for _ in range(PER_AGENCY)]

    quick = [slots.take("dinkes"), slots.take("dinkes")]
    slots.give_back("dinkes")

    assert sum(hanging) == SHARED + SHARED
    assert quick == [True, False]
    assert slots.take("dinkes")


def test_deliveries_of_one_agency_look_again_one_after_the_other() -> None:
    slots = AgencySlots(1)

    looks = [slots.next_look("dukcapil", NOW) for _ in range(10_000)]

    assert looks == sorted(looks)
    assert looks[0] >= NOW + SOONEST
    assert len(set(looks[:100])) == 100
    assert looks[-1] == NOW + LATEST
    assert slots.next_look("dinkes", NOW) == looks[0]


def test_a_backlog_that_is_over_delays_no_later_delivery() -> None:
    slots = AgencySlots(1)
    later = NOW + timedelta(hours=1)
    first = slots.next_look("dukcapil", NOW)

    assert slots.next_look("dukcapil", later) - later == first - NOW


def test_waits_for_a_slot_are_real_time_on_a_faster_clock() -> None:
    assert AgencySlots(60).next_look("dukcapil", NOW) - NOW == 60 * (
        AgencySlots(1).next_look("dukcapil", NOW) - NOW
    )
