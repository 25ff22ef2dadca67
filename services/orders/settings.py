"""Settings of the orders service, from the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

BUILT_IN = Path(__file__).parent / "catalogue"


class OrdersSettings(BaseSettings):
    """`GANCANG_CATALOGUE`: a folder that replaces the built-in catalogue."""

    model_config = SettingsConfigDict(env_prefix="GANCANG_", extra="ignore", frozen=True)

    catalogue: Path = BUILT_IN
