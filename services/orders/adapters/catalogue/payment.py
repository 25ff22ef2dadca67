"""`[tariff]`, `[[cancellation]]`, and `tariffs.toml`: what an order costs, and what the law allows."""

# ruff: noqa: RUF012  pydantic copies a default for each model
from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from contracts.reasons import Fault
from contracts.values import Id, Role, Rupiah
from services.orders.adapters.catalogue.hours import HoursBetween
from services.orders.adapters.catalogue.strict import Positive, Seconds, Share, Strict
from services.orders.domain.payment.fees import CancellationStage, FeeRow
from services.orders.domain.payment.funding import ProgrammeRules
from services.orders.domain.payment.tariff import Band, SurchargeRule, Tariff

SurchargeReason = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class SurchargeRow(Strict):
    """An addition with a name, at any time or between two hours."""

    reason: SurchargeReason
    amount: Positive
    between: HoursBetween | None = None

    def rule(self) -> SurchargeRule:
        """The domain's view."""
        return SurchargeRule(self.reason, self.amount, self.between.hours() if self.between else None)


class TariffSection(Strict):
    """What the service charges. `shares`: taken out of the fare, or paid on top of it."""

    regulated: bool
    per_km: Positive
    minimum: Positive
    app_share: Share
    welfare_share: Share = 0.0
    shares: Literal["inside", "on_top"] = "inside"
    merchant_share: Share = 1.0
    surcharge: Annotated[list[SurchargeRow], Field(max_length=20)] = []

    def tariff(self) -> Tariff:
        """The domain's view."""
        return Tariff(
            per_km=self.per_km,
            minimum=self.minimum,
            app_share=self.app_share,
            welfare_share=self.welfare_share,
            regulated=self.regulated,
            on_top=self.shares == "on_top",
            merchant_share=self.merchant_share,
            surcharges=tuple(row.rule() for row in self.surcharge),
        )


class ProgrammeSection(Strict):
    """Which programme pays where nobody else is named, and whether programmes pay for attested persons only."""

    id: Id
    attested_only: bool = True

    def rules(self) -> ProgrammeRules:
        """The domain's view."""
        return ProgrammeRules(self.id, self.attested_only)


class CancellationRow(Strict):
    """What cancelling costs whoever cancels in this way; the first row that fits counts."""

    by: list[Role] = []
    fault: list[Fault] = []
    stage: list[CancellationStage] = []
    within_s: Seconds | None = None
    driver_late_s: Seconds | None = None
    waited_s: Seconds | None = None
    fee: Rupiah
    items_share: Share = 0.0

    def row(self) -> FeeRow:
        """The domain's view."""
        columns = {"by": tuple(self.by), "fault": tuple(map(str, self.fault)), "stage": tuple(self.stage)}
        return FeeRow(**{**self.model_dump(), **columns})


class BandRow(Strict):
    """What one decree allows."""

    decree: str
    valid_from: date
    zone: str
    per_km: tuple[Positive, Positive]
    minimum: tuple[Positive, Positive]
    minimum_km: Positive
    app_share_max: Share
    welfare_share_max: Share = 0.0
    surcharges: tuple[SurchargeReason, ...] = ()

    def band(self) -> Band:
        """The domain's view."""
        return Band(**self.model_dump())


class TariffsFile(Strict):
    """All decrees."""

    band: Annotated[list[BandRow], Field(min_length=1)]

    def bands(self, zone: str) -> list[Band]:
        """Those that hold in the zone."""
        return [row.band() for row in self.band if row.zone == zone]
