"""The settings of the matching service."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.matching.domain.pairing.cost import Weights

DEFAULT = Weights()


class MatchingSettings(BaseSettings):
    """`GANCANG_MATCHING_*`.

    Seconds are real where the description says so, else seconds of the business clock.
    """

    model_config = SettingsConfigDict(env_prefix="GANCANG_MATCHING_", extra="ignore", frozen=True)

    window_s: float = Field(
        default=1.0,
        gt=0,
        le=60,
        description="between the beginnings of two rounds; a round after a quiet time begins at once",
    )
    look_again_s: float = Field(
        default=1.0, gt=0, le=60, description="until a search without a candidate joins a round again"
    )
    review_s: float = Field(
        default=5.0,
        gt=0,
        le=60,
        description="real: how often the leader compares its cache with the database",
    )
    stagger_s: float = Field(default=5.0, ge=0, le=60, description="between two open offers of one order")
    fresh_s: float = Field(
        default=120.0, gt=0, le=3600, description="a driver whose position is older gets no offer"
    )
    times_asked: int = Field(default=2, ge=1, le=10, description="how many offers of one order a driver gets")
    reservation_lead_s: float = Field(
        default=900.0,
        ge=0,
        le=7200,
        description="how long before its pick-up a booked order becomes the live one",
    )
    reservation_gap_s: float = Field(
        default=300.0, ge=0, le=7200, description="room between a trip and a booked order"
    )
    road_factor: float = Field(
        default=1.3, ge=1, le=3, description="road metres for a metre of straight line"
    )
    speed_kmh: float = Field(default=25.0, gt=0, le=120, description="for the estimate of travel times")
    roads: Path | None = Field(default=None, description="a file that replaces the built-in roads.toml")
    router_url: str | None = Field(
        default=None, description="a router with OSRM's HTTP API; unset: travel times are estimated"
    )
    router_box_s: float = Field(
        default=0.3, gt=0, le=10, description="real: how long a round waits for the router"
    )
    weight_left_s: float = Field(
        default=DEFAULT.left_s, ge=0, description="cost of leaving an order out of a round"
    )
    weight_steep_s: float = Field(
        default=DEFAULT.steep_s, gt=0, description="a ride of so many seconds to the pick-up counts twice"
    )
    weight_waited: float = Field(
        default=DEFAULT.waited,
        ge=0,
        description="added to weight_left_s for each second that the order has waited",
    )
    weight_priority_s: float = Field(
        default=DEFAULT.priority_s, ge=0, description="added to weight_left_s for each level of priority"
    )
    weight_idle: float = Field(
        default=DEFAULT.idle, ge=0, description="subtracted for each second that the driver was idle"
    )
    weight_income_s: float = Field(
        default=DEFAULT.income_s,
        ge=0,
        description="added for each Rp 100,000 of today's income above the mean of the drivers in the round",
    )
    weight_bias_s: float = Field(
        default=DEFAULT.bias_s, ge=0, description="idle time and income together never weigh more"
    )
    weight_refusal_s: float = Field(
        default=DEFAULT.refusal_s, ge=0, description="times the share of offers that the driver does not take"
    )
    weight_again_s: float = Field(
        default=DEFAULT.again_s, ge=0, description="for each offer of this order that the driver got before"
    )
    first_from: int = Field(
        default=DEFAULT.first_from,
        ge=0,
        le=10,
        description="orders of this priority and above are served before all others",
    )
    unconfirmed_s: float = Field(
        default=10.0, gt=0, le=600, description="real: how long an accept may stay unconfirmed"
    )
    shelters: Path = Field(
        default=Path(__file__).with_name("shelters.toml"),
        description="a file that replaces the built-in shelters.toml",
    )
    vanish_s: float = Field(
        default=300.0,
        gt=0,
        le=3600,
        description="an assigned driver without a position for so long has vanished",
    )
    retention_days: int = Field(default=30, ge=1, le=3650, description="how long an ended search is kept")
    explained_days: int = Field(
        default=7,
        ge=1,
        le=3650,
        description="how long it is kept why drivers near a search got an offer or not",
    )

    def weights(self) -> Weights:
        """The weights of a round's costs."""
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
