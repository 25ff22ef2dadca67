"""`[tariff]`, `[programme]`, `[[cancellation]]` and `tariffs.toml`: what an order costs and what is legal."""

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
    """`[[tariff.surcharge]]`: a surcharge with its reason, at any time or between two hours."""

    reason: SurchargeReason
    amount: Positive
    between: HoursBetween | None = None

    def rule(self) -> SurchargeRule:
        """The rule of the domain."""
        return SurchargeRule(self.reason, self.amount, self.between.hours() if self.between else None)


class TariffSection(Strict):
    """`[tariff]`: what the service charges. `shares`: taken out of the fare, or added to it."""

    regulated: bool
    per_km: Positive
    minimum: Positive
    app_share: Share
    welfare_share: Share = 0.0
    shares: Literal["inside", "on_top"] = "inside"
    merchant_share: Share = 1.0
    surcharge: Annotated[list[SurchargeRow], Field(max_length=20)] = []

    def tariff(self) -> Tariff:
        """The tariff of the domain."""
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
    """`[programme]`: the programme that pays where a request names no payer, for attested people.

    `attested_only`: no programme pays for anyone else.
    """

    id: Id
    attested_only: bool = True

    def rules(self) -> ProgrammeRules:
        """The rules of the domain."""
        return ProgrammeRules(self.id, self.attested_only)


class CancellationRow(Strict):
    """`[[cancellation]]`: a row of the fee table for cancelling. The first row that fits applies."""

    by: list[Role] = []
    fault: list[Fault] = []
    stage: list[CancellationStage] = []
    within_s: Seconds | None = None
    driver_late_s: Seconds | None = None
    waited_s: Seconds | None = None
    fee: Rupiah
    items_share: Share = 0.0

    def row(self) -> FeeRow:
        """The row of the domain."""
        columns = {"by": tuple(self.by), "fault": tuple(map(str, self.fault)), "stage": tuple(self.stage)}
        return FeeRow(**{**self.model_dump(), **columns})


class BandRow(Strict):
    """`[[band]]` of `tariffs.toml`: what a decree allows."""

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
        """The band of the domain."""
        return Band(**self.model_dump())


class TariffsFile(Strict):
    """The whole of `tariffs.toml`."""

    band: Annotated[list[BandRow], Field(min_length=1)]

    def bands(self, zone: str) -> list[Band]:
        """The bands of a zone."""
        return [row.band() for row in self.band if row.zone == zone]
