"""Emergencies: everybody may know that there is one, only the company's gateways where."""

from __future__ import annotations

from contracts.values import Id, Point, Role, Value


class EmergencyRaised(Value):
    """Somebody pressed the emergency button. `driver_id`: who did, or who drives the order.

    Matching asks him for nothing until it is closed, where it was his call or he drives that order.
    """

    emergency_id: Id
    raised_by: Role
    raised_by_id: Id | None = None
    order_id: Id | None = None
    driver_id: Id | None = None


class EmergencyClosed(Value):
    """Somebody of the company has looked after it."""

    emergency_id: Id
    order_id: Id | None = None
    driver_id: Id | None = None


class EmergencyBriefed(Value):
    """Confidential: where help is needed."""

    emergency_id: Id
    order_id: Id | None = None
    driver_id: Id | None = None
    place: Point
