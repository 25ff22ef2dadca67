"""Emergencies: any reader may know that there is one, only the company's gateways where."""

from __future__ import annotations

from pydantic import Field

from contracts.shared_fields import EmergencyId
from contracts.values import Id, Point, Role, Value

ON_ORDER = "The order during which it happened, as the caller named it; absent: none."
DRIVER = "The driver who called, or who has the order of the caller; absent: no driver is concerned."


class EmergencyRaised(Value):
    """A person called for help. Matching asks the driver for nothing until it is closed."""

    emergency_id: EmergencyId
    raised_by: Role = Field(description="The role of the caller.")
    raised_by_id: Id | None = Field(
        default=None, description="The caller, by the id of that role; absent: not known."
    )
    order_id: Id | None = Field(default=None, description=ON_ORDER)
    driver_id: Id | None = Field(default=None, description=DRIVER)


class EmergencyClosed(Value):
    """The company has looked after the emergency."""

    emergency_id: EmergencyId
    order_id: Id | None = Field(default=None, description=ON_ORDER)
    driver_id: Id | None = Field(default=None, description=DRIVER)


class EmergencyBriefed(Value):
    """Confidential, to the emergency desk: where help is needed."""

    emergency_id: EmergencyId
    order_id: Id | None = Field(default=None, description=ON_ORDER)
    driver_id: Id | None = Field(default=None, description=DRIVER)
    place: Point = Field(description="Where help is needed, as the caller's app reported it.")
