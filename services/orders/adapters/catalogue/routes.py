"""`[route.NAME]` of `areas.toml`, and a service's `[route]`: restricted routes, and the services on them."""

# ruff: noqa: RUF012  pydantic copies a default for each model
from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from contracts.values import DistrictCode, Id, Latitude, Longitude, VehicleClass
from services.orders.adapters.catalogue.hours import HoursBetween
from services.orders.adapters.catalogue.strict import Positive, Strict
from services.orders.domain.route.routes import (
    Closure,
    ClosureDays,
    RestrictedRoute,
    cells_along,
    cells_of_polygon,
)
from services.orders.domain.route.terms import RouteRules

Corner = tuple[Latitude, Longitude]
Level = Annotated[int, Field(ge=1, le=4)]


class LevelRow(Strict):
    """`[[route.NAME.level]]`: the volcano's level from a day on."""

    level: Level
    valid_from: date
    source: str


class HoursRow(Strict):
    """`[[route.NAME.hours]]`: when the gate is open at a level. At a level without a row it stays closed."""

    level: Level
    open: HoursBetween
    source: str


class ClosureRow(Strict):
    """`[[route.NAME.closure]]`: days on which it is closed, with `first` and `last`; absent: no limit."""

    rule: ClosureDays = ClosureDays.EVERY_DAY
    first: date | None = None
    last: date | None = None
    source: str


class RouteRow(Strict):
    """`[route.NAME]`: one restricted route. `reason`: why only these vehicles may go there."""

    district: DistrictCode
    vehicle_classes: Annotated[list[VehicleClass], Field(min_length=1)]
    reason: str
    source: str
    polygon: Annotated[list[Corner], Field(min_length=3)]
    approach: Annotated[list[Corner], Field(min_length=2)]
    approach_width_m: Positive
    kmh: Positive
    early_min: Annotated[int, Field(ge=0, le=240)]
    level: Annotated[list[LevelRow], Field(min_length=1)]
    hours: Annotated[list[HoursRow], Field(min_length=1)]
    closure: list[ClosureRow] = []

    def route(self, name: str) -> RestrictedRoute:
        """The route of the domain."""
        return RestrictedRoute(
            name=name,
            district=self.district,
            gate=cells_of_polygon(self.polygon),
            approach=cells_along(self.approach, self.approach_width_m),
            vehicle_classes=tuple(self.vehicle_classes),
            hours=tuple((row.level, row.open.hours()) for row in self.hours),
            levels=tuple((row.valid_from, row.level) for row in self.level),
            closures=tuple(Closure(row.rule, row.first, row.last) for row in self.closure),
            kmh=self.kmh,
            early_min=self.early_min,
        )


class RouteSection(Strict):
    """`[route]`: the route of a service, one of `areas.toml`. `way_back`: the guest is brought back."""

    name: Id
    way_back: bool = False

    def rules(self) -> RouteRules:
        """The rules of the domain."""
        return RouteRules(self.name, self.way_back)
