"""Why a step is not made."""

from __future__ import annotations


class StepRefused(Exception):  # noqa: N818  says what happened
    """The step is illegal and stays so; `code` is a reason code of the contract."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TooEarly(StepRefused):
    """The step may become legal: what should come before it has not arrived."""


class MatchRefused(Exception):  # noqa: N818
    """The order can't take this match; matching must free the driver."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
