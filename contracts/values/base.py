"""The base class of everything that travels: every message and every value inside one is a `Value`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen model that ignores fields it does not know and never shows its input in an error.

    A newer writer therefore never breaks an older reader. A validator is built when a model is first used:
    a command that needs three models does not wait for a hundred.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, allow_inf_nan=False, defer_build=True
    )
