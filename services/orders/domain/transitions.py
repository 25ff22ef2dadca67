"""The transition table: from which status to which each step leads, and who may make it.

All services share the table; each uses a part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from contracts.values import OrderStatus, Role
from services.orders.domain.errors import StepRefused
from services.orders.domain.order import Order

S = OrderStatus
BEFORE_PICKUP = {S.SCHEDULED, S.AWAITING_MERCHANT, S.PREPARING, S.SEARCHING, S.ASSIGNED, S.AT_PICKUP}


class Action(StrEnum):
    """Everything that can happen to an order that exists."""

    ASK_MERCHANT = "ask_merchant"
    COOK = "cook"
    REJECT = "reject"
    SEARCH = "search"
    POSTPONE = "postpone"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    ARRIVE = "arrive"
    PICK_UP = "pick_up"
    COMPLETE_LEG = "complete_leg"
    HEAD_BACK = "head_back"
    DELIVER = "deliver"
    FAIL_ATTEMPT = "fail_attempt"
    SEND_BACK = "send_back"
    BRING_BACK = "bring_back"
    HAND_BACK = "hand_back"
    CONFIRM_RETURN = "confirm_return"
    CANCEL = "cancel"
    CALL_OFF = "call_off"
    WAIT_IN_VAIN = "wait_in_vain"
    CANCEL_UNDER_WAY = "cancel_under_way"
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: from which statuses, to which one, by which roles."""

    sources: frozenset[OrderStatus]
    target: OrderStatus
    roles: frozenset[Role]


def _to(target: OrderStatus, sources: set[OrderStatus], *roles: Role) -> Transition:
    return Transition(frozenset(sources), target, frozenset(roles))


PARTIES = (Role.CUSTOMER, Role.AGENCY, Role.MERCHANT, Role.OPERATOR)
ON_THE_WAY = {S.ASSIGNED, S.AT_PICKUP, S.PICKED_UP}

TRANSITIONS: dict[Action, Transition] = {
    Action.ASK_MERCHANT: _to(S.AWAITING_MERCHANT, {S.SCHEDULED}, Role.SYSTEM),
    Action.COOK: _to(S.PREPARING, {S.AWAITING_MERCHANT}, Role.MERCHANT),
    Action.REJECT: _to(S.UNSERVED, {S.AWAITING_MERCHANT}, Role.MERCHANT),
    Action.SEARCH: _to(S.SEARCHING, {S.SCHEDULED, S.PREPARING}, Role.SYSTEM),
    Action.POSTPONE: _to(S.SCHEDULED, {S.SEARCHING}, Role.SYSTEM),
    Action.ASSIGN: _to(S.ASSIGNED, {S.SEARCHING}, Role.SYSTEM),
    Action.UNASSIGN: _to(S.SEARCHING, {S.ASSIGNED, S.AT_PICKUP}, Role.DRIVER, Role.SYSTEM),
    Action.ARRIVE: _to(S.AT_PICKUP, {S.ASSIGNED}, Role.DRIVER),
    Action.PICK_UP: _to(S.PICKED_UP, {S.ASSIGNED, S.AT_PICKUP}, Role.DRIVER),
    Action.COMPLETE_LEG: _to(S.AWAITING_RETURN, ON_THE_WAY, Role.DRIVER),
    Action.HEAD_BACK: _to(S.PICKED_UP, {S.AWAITING_RETURN}, Role.DRIVER),
    Action.DELIVER: _to(S.COMPLETED, ON_THE_WAY | {S.AWAITING_RETURN}, Role.DRIVER),
    Action.FAIL_ATTEMPT: _to(S.PICKED_UP, ON_THE_WAY, Role.DRIVER),
    Action.SEND_BACK: _to(S.RETURNING, ON_THE_WAY, Role.DRIVER),
    Action.BRING_BACK: _to(S.RETURNING, {S.RETURNING}, Role.DRIVER),
    Action.HAND_BACK: _to(S.RETURNED, {S.RETURNING}, Role.DRIVER),
    Action.CONFIRM_RETURN: _to(S.RETURNED, {S.RETURNING}, Role.AGENCY),
    Action.CANCEL: _to(S.CANCELLED, BEFORE_PICKUP, *PARTIES),
    Action.CALL_OFF: _to(S.CANCELLED, BEFORE_PICKUP, Role.SYSTEM),
    Action.WAIT_IN_VAIN: _to(S.CANCELLED, {S.AT_PICKUP}, Role.DRIVER),
    Action.CANCEL_UNDER_WAY: _to(S.CANCELLED, {S.PICKED_UP, S.AWAITING_RETURN, S.RETURNING}, Role.OPERATOR),
    Action.GIVE_UP: _to(
        S.UNSERVED, {S.SCHEDULED, S.AWAITING_MERCHANT, S.PREPARING, S.SEARCHING}, Role.SYSTEM
    ),
}


def move(order: Order, step: Action, role: Role, now: datetime, **changes: Any) -> Order:
    """The order after the step. Raises `StepRefused` (`order_ended`, `illegal_step`, `wrong_actor`)."""
    transition = TRANSITIONS[step]
    if role not in transition.roles:
        raise StepRefused("wrong_actor")
    if order.status not in transition.sources:
        raise StepRefused("order_ended" if order.ended else "illegal_step")
    return replace(order, status=transition.target, since=now, **changes)
