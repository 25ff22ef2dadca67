"""Which agency may be posted to now, and when the others look again."""

from __future__ import annotations

from datetime import timedelta

from services.notifications.webhooks.slots import EACH, LATEST, SHARED, SOONEST, Places
from tests.support.builders import NOW


def test_one_agency_has_four_posts_under_way() -> None:
    places = Places(1)

    taken = [places.take("dukcapil") for _ in range(EACH + 2)]
    places.give_back("dukcapil")

    assert taken == [True] * EACH + [False, False]
    assert places.take("dukcapil")


def test_agencies_that_hang_leave_each_other_one_its_first_place() -> None:
    places = Places(1)
    hanging = [places.take(f"a-{number}") for number in range(SHARED) for _ in range(EACH)]

    quick = [places.take("dinkes"), places.take("dinkes")]
    places.give_back("dinkes")

    assert sum(hanging) == SHARED + SHARED
    assert quick == [True, False]
    assert places.take("dinkes")


def test_turns_of_one_agency_come_after_each_other_and_not_after_another_ones() -> None:
    places = Places(1)

    turns = [places.turn("dukcapil", NOW) for _ in range(10_000)]

    assert turns == sorted(turns)
    assert turns[0] >= NOW + SOONEST
    assert len(set(turns[:100])) == 100
    assert turns[-1] == NOW + LATEST
    assert places.turn("dinkes", NOW) == turns[0]


def test_a_row_that_has_passed_is_no_longer_waited_for() -> None:
    places = Places(1)
    later = NOW + timedelta(hours=1)
    first = places.turn("dukcapil", NOW)

    assert places.turn("dukcapil", later) - later == first - NOW


def test_turns_are_real_time_on_a_faster_clock() -> None:
    assert Places(60).turn("dukcapil", NOW) - NOW == 60 * (Places(1).turn("dukcapil", NOW) - NOW)
