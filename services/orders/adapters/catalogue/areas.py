"""`areas.toml`: where we serve."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.regions import villages
from contracts.values import DistrictCode
from services.orders.adapters.catalogue.strict import Strict
from services.orders.domain.area import Area


class AreasFile(Strict):
    """The service area."""

    reach_km: Annotated[float, Field(gt=0, le=100)]
    road_factor: Annotated[float, Field(ge=1, le=5)]
    town_districts: list[DistrictCode]

    def area(self) -> Area:
        """The domain's view."""
        return Area(villages(), frozenset(self.town_districts), round(self.reach_km * 1000), self.road_factor)
