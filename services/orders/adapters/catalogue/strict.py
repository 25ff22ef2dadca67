"""The base of all sections of a file, and the types of their values."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[int, Field(gt=0)]
Seconds = Annotated[int, Field(ge=0, le=86_400)]
Share = Annotated[float, Field(ge=0, le=1)]


class Strict(BaseModel):
    """A section of a file. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
