"""What the matching service is told by its environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class MatchingSettings(BaseSettings):
    """`GANCANG_MATCHING_*`. Seconds are real ones where it says so, else seconds of the business clock."""

    model_config = SettingsConfigDict(env_prefix="GANCANG_MATCHING_", extra="ignore", frozen=True)

    round_s: float = Field(default=0.25, gt=0, le=10, description="pause between two rounds of one search")
    last_round_s: float = Field(default=1.0, gt=0, le=60, description="the same once the last radius is reached")
    review_s: float = Field(default=5.0, gt=0, le=60, description="real: how often the leader compares with the database")
    stagger_s: float = Field(default=5.0, ge=0, le=60, description="between two offers that are open together")
    fresh_s: float = Field(default=120.0, gt=0, le=3600, description="a position older than this is not matched")
    times_asked: int = Field(default=2, ge=1, le=10, description="how often one driver is asked for one order")
    road_factor: float = Field(default=1.3, ge=1, le=3, description="road metres for a metre of straight line")
    speed_kmh: float = Field(default=25.0, gt=0, le=120, description="for the estimate of the pick-up time")
    unconfirmed_s: float = Field(default=10.0, gt=0, le=600, description="real: how long an accept may take to be settled")
    retention_days: int = Field(default=30, ge=1, le=3650, description="how long an ended search is kept")
