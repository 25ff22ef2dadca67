"""Requests about the routes of the regency: open or closed, who decided it, and why."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from contracts.values import Actor, Id, Short, UtcTime, Value


class RouteStatusChanged(Value):
    """Open or close a route, from now or `from` on, for good or `until`."""

    model_config = ConfigDict(populate_by_name=True)

    route: Id = Field(description="The route, by its name in the operator's list of areas, e.g. `ijen`.")
    open: bool = Field(
        description="false: closed, and orders that would be on it then are cancelled without a fee. true: "
        "open; without `until` the usual days and hours hold again."
    )
    starts_at: Annotated[UtcTime | None, Field(alias="from")] = Field(
        default=None,
        description="From when on it holds; without it from the time of the message (`ce-time`).",
    )
    until: UtcTime | None = Field(
        default=None, description="Until when it holds; without it until the next message about the route."
    )
    level: Annotated[int | None, Field(ge=1, le=4)] = Field(
        default=None,
        description="The volcano's alert level, 1 to 4, if it has changed; a level at which the gate stays "
        "shut closes the route. Without it the level stays.",
    )
    reason: Short = Field(
        description="Why, as a code or a short text, for the operators; customers are told `route_closed`."
    )
    by: Actor = Field(description="The `agency` or `operator` that decided it.")
