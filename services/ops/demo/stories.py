"""A few orders in words, with the people's names: the town made them up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.events.matching import OfferMade
from contracts.events.orders import (
    OrderAccepted,
    OrderCancelled,
    OrderDriverAssigned,
    OrderDriverUnassigned,
    OrderRejected,
    OrderUnserved,
)
from contracts.message import Message
from contracts.reasons import sentence
from contracts.values import Role
from services.simulator.town import Town

MANY = 3


@dataclass(slots=True)
class Tale:
    """What has been heard of an order so far."""

    accepted_at: datetime | None = None
    asked: list[str] = field(default_factory=list)


class Narrator:
    """Turns events into sentences as they come."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._tales: dict[str, Tale] = {}
        self.told: list[tuple[str, str]] = []
        town.chronicle.listen(self._hear)

    def best(self, count: int) -> list[str]:
        """Some of each kind, in the order in which they happened."""
        turns: Counter[str] = Counter()
        ranked = []
        for place, (kind, _) in enumerate(self.told):
            turns[kind] += 1
            ranked.append((turns[kind], place))
        return [self.told[place][1] for place in sorted(place for _, place in sorted(ranked)[:count])]

    def latest(self, count: int) -> list[str]:
        """The newest last."""
        return [text for _, text in self.told[-count:]]

    def _hear(self, event: Message[Any]) -> None:
        order_id = getattr(event.data, "order_id", None)
        if order_id in self._town.passengers:
            self.told.extend(self._sentences(event, self._tales.setdefault(order_id, Tale())))

    def _sentences(self, event: Message[Any], tale: Tale) -> Iterator[tuple[str, str]]:
        """(kind, sentence)."""
        ride = self._ride(event.data.order_id)
        match event.data:
            case OrderAccepted():
                tale.accepted_at = event.time
            case OfferMade():
                tale.asked.append(event.data.driver_id)
            case OrderDriverAssigned():
                asked = len(set(tale.asked))
                waited = (event.time - tale.accepted_at).total_seconds() if tale.accepted_at else 0.0
                drivers = "1 driver" if asked == 1 else f"{asked} drivers"
                yield (
                    f"taken, {min(asked, MANY)} asked",
                    f"{ride}: asked {drivers}, {self._driver(event.data.driver_id)} took it after {waited:.0f} s",
                )
            case OrderDriverUnassigned():
                yield "given back", f"{ride}: {self._driver(event.data.driver_id)} gave it back, another driver is searched"
            case OrderCancelled() if event.data.by.role is Role.CUSTOMER:
                yield "cancelled", f"{ride}: cancelled, {'after' if tale.asked else 'before'} a driver was asked"
            case OrderUnserved() | OrderRejected():
                yield event.data.reason, f"{ride}: {sentence(event.data.reason)}"
            case _:
                return

    def _ride(self, order_id: str) -> str:
        plan = self._town.passengers[order_id].plan
        return f"{plan.name}'s ride from {plan.pickup.label} to {plan.dropoff.label}"

    def _driver(self, driver_id: str) -> str:
        rider = self._town.riders.get(driver_id)
        return rider.plan.name if rider is not None else driver_id
