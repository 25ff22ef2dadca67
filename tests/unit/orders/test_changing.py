"""Changes that a customer requests: at once, as a proposal, or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.values import Actor, OrderStatus, Payer, PayerKind, Place, Role
from services.orders.domain.changes.changing import (
    answer_proposal,
    lapse_proposal,
    request_change,
)
from services.orders.domain.changes.drafting import WantedChange
from services.orders.domain.errors import StepRefused
from services.orders.domain.timers import timers
from services.orders.domain.transitions import Action
from services.orders.domain.trip.driving import drive
from tests.support.kitchen_orders import (
    ITEMS,
    NOW,
    a_meal,
    a_meal_being_cooked,
    a_meal_ready_for_a_courier,
    with_courier,
)
from tests.unit.orders.wishes import AREA, CUSTOMER, FARTHER, LESS, MERCHANT, asked

S = OrderStatus
NEARER = Place(lat=-8.2116, lng=114.3735, label="around the corner")
OUTSIDE = Place(lat=-7.2575, lng=112.7521)


def test_a_nearer_drop_off_is_changed_at_once() -> None:
    order = a_meal_being_cooked()

    changed = asked(order, dropoff=NEARER)

    assert (changed.dropoff, changed.proposal, changed.status) == (NEARER, None, S.PREPARING)
    assert changed.distance_m < order.distance_m


def test_a_drop_off_with_a_higher_fare_is_proposed_first_and_changed_when_accepted() -> None:
    order = a_meal_being_cooked()

    waiting = asked(order, dropoff=FARTHER)
    assert waiting.proposal is not None
    changed = answer_proposal(waiting, CUSTOMER, "pr-2", NOW, accepted=True)

    assert waiting.dropoff == order.dropoff
    assert order.fare is not None
    assert changed.fare is not None
    assert changed.fare.total > order.fare.total
    assert (changed.dropoff, changed.proposal) == (FARTHER, None)


@pytest.mark.parametrize("accepted", [True, False])
def test_a_refused_or_lapsed_proposal_leaves_the_order_as_it_was(accepted: bool) -> None:
    order = a_meal_being_cooked()
    waiting = asked(order, dropoff=FARTHER)

    after = (
        lapse_proposal(waiting, NOW + timedelta(seconds=180))
        if accepted
        else answer_proposal(waiting, CUSTOMER, "pr-2", NOW, accepted=False)
    )

    assert after == order


@pytest.mark.parametrize(
    ("door", "reason"), [(OUTSIDE, "outside_area"), (Place(lat=-8.2106, lng=114.3745), "same_place")]
)
def test_a_drop_off_that_could_not_have_been_ordered_is_refused(door: Place, reason: str) -> None:
    with pytest.raises(StepRefused, match=reason):
        asked(a_meal_being_cooked(), dropoff=door)


def test_a_change_to_a_place_on_a_restricted_route_is_refused() -> None:
    with pytest.raises(StepRefused, match="change_not_allowed"):
        asked(a_meal_being_cooked(), dropoff=Place(lat=-8.0716, lng=114.2236, label="Paltuding"))


def test_the_drop_off_can_be_changed_on_the_way_and_not_after_the_end() -> None:
    driven = drive(with_courier(a_meal_ready_for_a_courier()), Action.PICK_UP, "d-7", NOW)
    assert driven is not None
    assert asked(driven, dropoff=NEARER).dropoff == NEARER

    done = drive(driven, Action.DELIVER, "d-7", NOW)
    assert done is not None
    with pytest.raises(StepRefused, match="order_ended"):
        asked(done, dropoff=NEARER)


def test_other_items_before_the_merchants_answer_restart_the_time_to_answer() -> None:
    later = NOW + timedelta(seconds=60)

    changed = request_change(a_meal(), CUSTOMER, WantedChange("pr-2", items=LESS), AREA, later)

    assert changed is not None
    assert (changed.items, changed.status) == (LESS, S.AWAITING_MERCHANT)
    assert timers(changed) == {"merchant_silent": later + timedelta(seconds=180)}


def test_other_items_for_a_meal_being_cooked_need_the_merchants_yes() -> None:
    waiting = asked(a_meal_being_cooked(), items=LESS)

    with pytest.raises(StepRefused, match="wrong_actor"):
        answer_proposal(waiting, CUSTOMER, "pr-2", NOW, accepted=True)
    changed = answer_proposal(waiting, MERCHANT, "pr-2", NOW, accepted=True)

    assert (changed.items, changed.status) == (LESS, S.PREPARING)


def test_other_items_during_the_search_for_a_courier_are_too_late() -> None:
    with pytest.raises(StepRefused, match="change_too_late"):
        asked(a_meal_ready_for_a_courier(), items=LESS)


def test_a_change_to_too_many_items_is_refused() -> None:
    with pytest.raises(StepRefused, match="too_many_items"):
        asked(a_meal(), items=(ITEMS[0].model_copy(update={"quantity": 51}),))


def test_a_change_that_costs_another_payer_more_is_refused() -> None:
    gift = replace(a_meal(), payer=Payer(kind=PayerKind.DONOR, id="bank", campaign_id="tanggal-cantik"))

    with pytest.raises(StepRefused, match="change_dearer"):
        asked(gift, dropoff=FARTHER)


def test_a_stranger_cannot_change_an_order() -> None:
    stranger = Actor(role=Role.CUSTOMER, id="c-2")

    with pytest.raises(StepRefused, match="wrong_actor"):
        request_change(a_meal(), stranger, WantedChange("pr-2", dropoff=NEARER), AREA, NOW)
