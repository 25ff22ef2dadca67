"""What the matching service is told by its environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.matching.domain.assignment.cost import Weights

USUAL = Weights()


class MatchingSettings(BaseSettings):
    """`GANCANG_MATCHING_*`. Seconds are real ones where it says so, else seconds of the business clock."""

    model_config = SettingsConfigDict(env_prefix="GANCANG_MATCHING_", extra="ignore", frozen=True)

    window_s: float = Field(
        default=1.0, gt=0, le=60, description="between two rounds; one after a quiet time begins at once"
    )
    look_again_s: float = Field(
        default=1.0, gt=0, le=60, description="until a search that could ask nobody looks again by itself"
    )
    review_s: float = Field(
        default=5.0, gt=0, le=60, description="real: how often the leader compares with the database"
    )
    stagger_s: float = Field(
        default=5.0, ge=0, le=60, description="between two offers that are open together"
    )
    fresh_s: float = Field(
        default=120.0, gt=0, le=3600, description="a position older than this is not matched"
    )
    times_asked: int = Field(
        default=2, ge=1, le=10, description="how often one driver is asked for one order"
    )
    reservation_lead_s: float = Field(
        default=900.0, ge=0, le=7200, description="so long before its pick-up a booked order becomes live"
    )
    reservation_gap_s: float = Field(
        default=300.0, ge=0, le=7200, description="room that is left between a trip and a booked order"
    )
    road_factor: float = Field(
        default=1.3, ge=1, le=3, description="road metres for a metre of straight line"
    )
    speed_kmh: float = Field(default=25.0, gt=0, le=120, description="for the estimate of the pick-up time")
    roads: Path | None = Field(default=None, description="a file that replaces the built-in roads.toml")
    router_url: str | None = Field(
        default=None, description="a router with OSRM's HTTP API; unset: ways are estimated"
    )
    router_box_s: float = Field(
        default=0.3, gt=0, le=10, description="real: how long a round waits for the router"
    )
    weight_left_s: float = Field(
        default=USUAL.left_s, ge=0, description="cost of leaving an order out of a round"
    )
    weight_steep_s: float = Field(
        default=USUAL.steep_s, gt=0, description="a way to the pick-up of so many seconds counts twice"
    )
    weight_waited: float = Field(
        default=USUAL.waited, ge=0, description="the same for each second it has waited"
    )
    weight_priority_s: float = Field(
        default=USUAL.priority_s, ge=0, description="the same for each level of priority"
    )
    weight_idle: float = Field(
        default=USUAL.idle, ge=0, description="less for a driver, for each second he stood idle"
    )
    weight_income_s: float = Field(
        default=USUAL.income_s, ge=0, description="for each Rp 100,000 above the others' mean today"
    )
    weight_bias_s: float = Field(
        default=USUAL.bias_s, ge=0, description="idle time and income never weigh more"
    )
    weight_refusal_s: float = Field(
        default=USUAL.refusal_s, ge=0, description="times the share of offers that he does not take"
    )
    weight_again_s: float = Field(
        default=USUAL.again_s, ge=0, description="for each time he was asked for this order"
    )
    first_from: int = Field(
        default=USUAL.first_from, ge=0, le=10, description="priority that is served before all others"
    )
    unconfirmed_s: float = Field(
        default=10.0, gt=0, le=600, description="real: how long an accept may take to be settled"
    )
    shelters: Path = Field(
        default=Path(__file__).with_name("shelters.toml"),
        description="where drivers wait for a partner's orders",
    )
    vanish_s: float = Field(
        default=300.0,
        gt=0,
        le=3600,
        description="an assigned driver without a position for so long has vanished",
    )
    retention_days: int = Field(default=30, ge=1, le=3650, description="how long an ended search is kept")
    explained_days: int = Field(
        default=7, ge=1, le=3650, description="how long it is kept whom the rounds saw near a search"
    )

    def weights(self) -> Weights:
        """What each thing is worth in a round."""
        return Weights(
            left_s=self.weight_left_s,
            steep_s=self.weight_steep_s,
            waited=self.weight_waited,
            priority_s=self.weight_priority_s,
            idle=self.weight_idle,
            income_s=self.weight_income_s,
            bias_s=self.weight_bias_s,
            refusal_s=self.weight_refusal_s,
            again_s=self.weight_again_s,
            first_from=self.first_from,
        )
