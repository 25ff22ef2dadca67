"""`areas.toml`: the area that is served, its shelters and its restricted routes."""

# ruff: noqa: RUF012  pydantic copies a default for each model
from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.regions import villages
from contracts.values import DistrictCode, Id, Latitude, Longitude
from services.orders.adapters.catalogue.routes import RouteRow
from services.orders.adapters.catalogue.strict import Positive, Strict
from services.orders.domain.area import Area, Shelter


class ShelterRow(Strict):
    """`[shelters.NAME]`: where couriers wait for a partner's orders."""

    lat: Latitude
    lng: Longitude
    reach_m: Positive


class AreasFile(Strict):
    """The whole file."""

    reach_km: Annotated[float, Field(gt=0, le=100)]
    road_factor: Annotated[float, Field(ge=1, le=5)]
    town_districts: list[DistrictCode]
    shelters: dict[Id, ShelterRow] = {}
    tariff_zone: str
    route: dict[Id, RouteRow] = {}

    def area(self) -> Area:
        """The area of the domain."""
        shelters = tuple(Shelter(name, row.lat, row.lng, row.reach_m) for name, row in self.shelters.items())
        routes = tuple(row.route(name) for name, row in self.route.items())
        return Area(
            villages(),
            frozenset(self.town_districts),
            round(self.reach_km * 1000),
            self.road_factor,
            shelters,
            routes,
        )
