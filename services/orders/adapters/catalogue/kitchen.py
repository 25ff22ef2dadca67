"""`[merchant]`, `[changes]`: what a service asks of merchants, and until when an order may be changed."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from contracts.values import OrderStatus
from services.orders.adapters.catalogue.strict import Positive, Strict
from services.orders.domain.changes.terms import CHANGEABLE, ChangeRules
from services.orders.domain.kitchen.terms import MerchantRules


def _changeable(status: OrderStatus) -> OrderStatus:
    if status not in CHANGEABLE:
        message = f"must be one of {', '.join(CHANGEABLE)}"
        raise ValueError(message)
    return status


ChangeableStatus = Annotated[OrderStatus, AfterValidator(_changeable)]


class MerchantSection(Strict):
    """`[merchant]`: seconds to answer, most minutes to cook, most items, and when a courier is searched."""

    answer_s: Positive
    most_minutes: Positive
    most_items: Positive
    largest_total: Positive
    search_lead_s: Annotated[int, Field(ge=0)]
    reach_m: Positive = 200

    def rules(self) -> MerchantRules:
        """The rules of the domain."""
        return MerchantRules(**self.model_dump())


class ChangesSection(Strict):
    """`[changes]`: the last status in which drop-off and items may be changed; absent: never."""

    dropoff_until: ChangeableStatus | None = None
    items_until: ChangeableStatus | None = None
    answer_s: Positive = 180

    def rules(self, most_m: int) -> ChangeRules:
        """The rules of the domain. `most_m`: the longest trip of the service, along the road."""
        return ChangeRules(self.dropoff_until, self.items_until, self.answer_s, most_m)
