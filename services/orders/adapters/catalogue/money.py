"""`[tariff]`, `[cancellation]`, and `tariffs.toml`: what an order costs, and what the law allows."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from services.orders.adapters.catalogue.strict import Positive, Share, Strict


class TariffSection(Strict):
    """What the service charges."""

    regulated: bool
    per_km: Positive
    minimum: Positive
    app_share: Share
    welfare_share: Share = 0.0


class CancellationSection(Strict):
    """What cancelling costs."""

    fee: Annotated[int, Field(ge=0)]
    free_s: Annotated[int, Field(ge=0)]
    driver_late_s: Annotated[int, Field(ge=0)]


class BandRow(Strict):
    """What one decree allows."""

    decree: str
    valid_from: date
    per_km: tuple[Positive, Positive]
    minimum: tuple[Positive, Positive]
    minimum_km: Positive
    app_share_max: Share
    welfare_share_max: Share = 0.0


class TariffsFile(Strict):
    """All decrees."""

    band: Annotated[list[BandRow], Field(min_length=1)]
