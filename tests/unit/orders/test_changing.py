"""Changes of drop-off and items: at once, as a proposal, or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import bson
import pytest

from contracts.events.confidential import ReceiptIssued
from contracts.events.orders import OrderCancelled
from contracts.values import Actor, OrderStatus, Payer, PayerKind, Place, Role
from services.orders.adapters.mongo import ORDER
from services.orders.domain.changes.changing import (
    answer_proposal,
    lapse_proposal,
    propose_change,
    request_change,
)
from services.orders.domain.changes.drafting import WantedChange
from services.orders.domain.errors import StepRefused, TooEarly
from services.orders.domain.kitchen.cooking import accept, give_up_on_silent_merchant, search_while_cooking
from services.orders.domain.order import Order
from services.orders.domain.timers import timers
from services.orders.domain.transitions import Action
from services.orders.domain.trip.driving import drive
from services.orders.steps.by_party import answered
from tests.support.kitchen_orders import (
    CATALOGUE,
    ITEMS,
    NOW,
    a_meal,
    a_meal_being_cooked,
    a_meal_ready_for_a_courier,
    with_courier,
)

S = OrderStatus
AREA = CATALOGUE.area
CUSTOMER, MERCHANT = Actor(role=Role.CUSTOMER, id="c-1"), Actor(role=Role.MERCHANT, id="m-1")
NEARER = Place(lat=-8.2116, lng=114.3735, label="around the corner")
FARTHER = Place(lat=-8.2406, lng=114.3445, label="beyond the first kilometres")
OUTSIDE = Place(lat=-7.2575, lng=112.7521)
UNTIL = NOW + timedelta(minutes=2)
LESS = (ITEMS[0],)


def sold_out(order: Order, proposal_id: str = "pr-1") -> Order:
    proposed = propose_change(order, "m-1", WantedChange(proposal_id, items=LESS), UNTIL, NOW)
    assert proposed is not None
    return proposed


def asked(order: Order, **wish: object) -> Order:
    changed = request_change(order, CUSTOMER, WantedChange("pr-2", **wish), AREA, NOW)  # type: ignore[arg-type]
    assert changed is not None
    return changed


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


def test_a_sold_out_dish_waits_for_the_customers_answer_alone() -> None:
    waiting = sold_out(a_meal())

    assert timers(waiting) == {"proposal_lapsed": UNTIL}
    assert give_up_on_silent_merchant(waiting, NOW + timedelta(hours=1)) is None
    with pytest.raises(TooEarly, match="proposal_open"):
        accept(waiting, "m-1", 20, 0, NOW)
    with pytest.raises(StepRefused, match="wrong_actor"):
        answer_proposal(waiting, MERCHANT, "pr-1", NOW, accepted=True)


def test_accepting_the_merchants_proposal_changes_the_fare_and_asks_the_merchant_again() -> None:
    changed = answer_proposal(sold_out(a_meal()), CUSTOMER, "pr-1", NOW, accepted=True)

    assert changed.fare is not None
    assert (changed.items, changed.fare.items_total) == (LESS, 30_000)
    assert accept(changed, "m-1", 20, 0, NOW) is not None


def test_refusing_the_merchants_proposal_ends_the_order_free_of_charge() -> None:
    ended = answer_proposal(sold_out(a_meal_being_cooked()), CUSTOMER, "pr-1", NOW, accepted=False)

    assert ended.ending is not None
    assert (ended.status, ended.ending.reason, ended.ending.fee) == (S.CANCELLED, "proposal_refused", 0)


def test_a_merchants_proposal_without_an_answer_ends_the_order_when_its_time_is_over() -> None:
    waiting = sold_out(a_meal())

    assert lapse_proposal(waiting, UNTIL - timedelta(milliseconds=1)) is None
    ended = lapse_proposal(waiting, UNTIL + timedelta(hours=1))
    assert ended is not None
    assert ended.ending is not None
    assert (ended.status, ended.ending.reason) == (S.CANCELLED, "proposal_lapsed")


def test_no_search_begins_while_the_customer_has_to_answer() -> None:
    waiting = sold_out(a_meal_being_cooked())

    assert search_while_cooking(waiting, NOW + timedelta(hours=1)) is None
    going_on = answer_proposal(waiting, CUSTOMER, "pr-1", NOW, accepted=True)
    assert search_while_cooking(going_on, NOW + timedelta(hours=1)) is not None


def test_an_answer_to_another_proposal_is_refused() -> None:
    newer = sold_out(sold_out(a_meal()), "pr-9")

    with pytest.raises(StepRefused, match="unknown_proposal"):
        answer_proposal(newer, CUSTOMER, "pr-1", NOW, accepted=True)


def test_a_late_answer_is_refused() -> None:
    with pytest.raises(StepRefused, match="proposal_closed"):
        answer_proposal(sold_out(a_meal()), CUSTOMER, "pr-1", UNTIL, accepted=True)


def test_a_proposal_lasts_no_longer_than_the_service_allows() -> None:
    waiting = propose_change(
        a_meal(), "m-1", WantedChange("pr-1", items=LESS), NOW + timedelta(days=300), NOW
    )

    assert waiting is not None
    assert timers(waiting) == {"proposal_lapsed": NOW + timedelta(seconds=180)}


def test_an_order_with_a_proposal_comes_back_from_the_database_as_it_was() -> None:
    order = sold_out(a_meal())

    stored = bson.decode(bson.encode(ORDER.encode(order)), bson.CodecOptions(tz_aware=True))

    assert ORDER.decode(stored) == order


def test_a_merchant_may_accept_while_a_proposal_about_the_drop_off_is_open() -> None:
    waiting = asked(a_meal(), dropoff=FARTHER)

    cooked = accept(waiting, "m-1", 10, 0, NOW + timedelta(seconds=5))

    assert cooked is not None
    assert (cooked.status, cooked.proposal) == (S.PREPARING, waiting.proposal)


def test_a_merchants_proposal_is_void_when_the_courier_picks_up_the_meal() -> None:
    waiting = sold_out(with_courier(a_meal_ready_for_a_courier()))

    carried = drive(waiting, Action.PICK_UP, "d-7", NOW)

    assert carried is not None
    assert (carried.status, carried.proposal) == (S.PICKED_UP, None)
    assert lapse_proposal(carried, NOW + timedelta(hours=1)) is None


def test_an_agency_gets_its_receipt_when_a_refused_proposal_ends_a_meal() -> None:
    waiting = replace(sold_out(a_meal_being_cooked()), agency_id="a-1")

    ended = answer_proposal(waiting, CUSTOMER, "pr-1", NOW, accepted=False)
    change = answered(ended, waiting, "customer:c-1", accepted=False)

    assert [type(event) for event in change.events] == [OrderCancelled, ReceiptIssued]
