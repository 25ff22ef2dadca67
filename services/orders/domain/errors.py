"""What the domain raises when an order refuses a step or a match."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.orders.domain.order import Order


class StepRefused(Exception):  # noqa: N818  says what happened
    """The step is illegal and stays illegal. `code`: a reason code of the contract."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TooEarly(StepRefused):
    """The step may become legal: an earlier step has not arrived yet. It is worth trying again."""


class MatchRefused(Exception):  # noqa: N818
    """The order cannot take this match, and matching has to free the driver. `order`: its present state."""

    def __init__(self, order: Order, reason: str) -> None:
        super().__init__(reason)
        self.order = order
        self.reason = reason
