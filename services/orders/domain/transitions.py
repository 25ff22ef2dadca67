"""The transition table: which step leads from where to where, and who may make it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from contracts.values import OrderStatus, Role
from services.orders.domain.errors import StepRefused
from services.orders.domain.order import Order

S = OrderStatus


class Step(StrEnum):
    """Everything that can happen to an order that exists."""

    ASSIGN = "assign"
    UNASSIGN = "unassign"
    ARRIVE = "arrive"
    PICK_UP = "pick_up"
    DELIVER = "deliver"
    CANCEL = "cancel"
    CANCEL_UNDER_WAY = "cancel_under_way"
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True)
class Transition:
    """From which statuses, to which, by whom."""

    sources: frozenset[OrderStatus]
    target: OrderStatus
    roles: frozenset[Role]


def _to(target: OrderStatus, sources: set[OrderStatus], *roles: Role) -> Transition:
    return Transition(frozenset(sources), target, frozenset(roles))


TRANSITIONS: dict[Step, Transition] = {
    Step.ASSIGN: _to(S.ASSIGNED, {S.SEARCHING}, Role.SYSTEM),
    Step.UNASSIGN: _to(S.SEARCHING, {S.ASSIGNED, S.AT_PICKUP}, Role.DRIVER, Role.SYSTEM),
    Step.ARRIVE: _to(S.AT_PICKUP, {S.ASSIGNED}, Role.DRIVER),
    Step.PICK_UP: _to(S.PICKED_UP, {S.ASSIGNED, S.AT_PICKUP}, Role.DRIVER),
    Step.DELIVER: _to(S.COMPLETED, {S.ASSIGNED, S.AT_PICKUP, S.PICKED_UP}, Role.DRIVER),
    Step.CANCEL: _to(S.CANCELLED, {S.SEARCHING, S.ASSIGNED, S.AT_PICKUP}, Role.CUSTOMER, Role.AGENCY, Role.OPERATOR),
    Step.CANCEL_UNDER_WAY: _to(S.CANCELLED, {S.PICKED_UP}, Role.OPERATOR),
    Step.GIVE_UP: _to(S.UNSERVED, {S.SEARCHING}, Role.SYSTEM),
}


def move(order: Order, step: Step, role: Role, now: datetime, **changes: Any) -> Order:
    """The order after the step. Raises `StepRefused` (`order_ended`, `illegal_step`, `wrong_actor`)."""
    transition = TRANSITIONS[step]
    if role not in transition.roles:
        raise StepRefused("wrong_actor")
    if order.status not in transition.sources:
        raise StepRefused("order_ended" if order.ended else "illegal_step")
    return replace(order, status=transition.target, since=now, **changes)
