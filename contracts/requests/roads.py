"""Requests about the routes of the regency: open or closed, by whose word, and why."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from contracts.values import Actor, Id, Short, UtcTime, Value


class RouteStatusChanged(Value):
    """A route is open or closed, from now or `from` on, for good or `until`."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True)

    route: Id
    open: bool
    starts_at: Annotated[UtcTime | None, Field(alias="from")] = None
    until: UtcTime | None = None
    level: Annotated[int | None, Field(ge=1, le=4, description="the volcano's, where it has changed")] = None
    reason: Short
    by: Actor
