"""A few orders in words, with the names of people, who are all invented."""

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
    OrderCompleted,
    OrderDriverAssigned,
    OrderDriverUnassigned,
    OrderRejected,
    OrderUnserved,
)
from contracts.message import Message
from contracts.reasons import sentence
from contracts.values import Role
from services.simulator.channels.event_log import ENDS
from services.simulator.plans.customers import Mood
from services.simulator.town import Town

FAR_M = 5_000
GONE = {"driver_cancelled": "gave it back", "vanished": "fell silent on the way"}


@dataclass(slots=True)
class SoFar:
    """What has happened to an order so far."""

    accepted_at: datetime | None = None
    asked: list[str] = field(default_factory=list)


class Narrator:
    """Turns events into sentences as they come. `told` holds each with its kind."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._so_far: dict[str, SoFar] = {}
        self.told: list[tuple[str, str]] = []
        town.event_log.listen(self._hear)

    def best(self, count: int) -> list[str]:
        """Choose sentences, as many kinds as possible, in the order in which they happened."""
        turns: Counter[str] = Counter()
        ranked = []
        for place, (kind, _) in enumerate(self.told):
            turns[kind] += 1
            ranked.append((turns[kind], place))
        return [self.told[place][1] for place in sorted(place for _, place in sorted(ranked)[:count])]

    def latest(self, count: int) -> list[str]:
        """The latest sentences, the newest last."""
        return [text for _, text in self.told[-count:]]

    def _hear(self, event: Message[Any]) -> None:
        order_id = getattr(event.data, "order_id", None)
        customer = self._town.errand_customers.get(order_id or "")
        if customer is not None and isinstance(event.data, ENDS):
            errand = customer.errand
            self.told.append((f"errand {order_id}", f"{errand.name}, {errand.service}: {errand.story}"))
        if order_id in self._town.passengers:
            self.told.extend(self._sentences(event, self._so_far.setdefault(order_id, SoFar())))

    def _sentences(self, event: Message[Any], so_far: SoFar) -> Iterator[tuple[str, str]]:
        """Yield (kind, sentence) for an event of a ride."""
        ride = self._ride(event.data.order_id)
        match event.data:
            case OrderAccepted():
                so_far.accepted_at = event.time
            case OfferMade():
                so_far.asked.append(event.data.driver_id)
            case OrderDriverAssigned():
                yield self._assigned(event, so_far, ride)
            case OrderDriverUnassigned(driver_id=driver, reason=reason):
                why = GONE.get(reason, "no longer drives it")
                yield reason, f"{ride}: {self._driver(driver)} {why}, another driver is searched"
            case OrderCancelled() if event.data.by.role is Role.CUSTOMER:
                yield self._cancelled(event.data.order_id, ride, asked=bool(so_far.asked))
            case OrderCompleted(fare=fare, distance_m=distance) if distance >= FAR_M:
                minutes = _seconds(so_far.accepted_at, event.time) / 60
                cost = f"{distance / 1000:.1f} km, Rp {fare.total:,}"
                yield "far", f"{ride}: {cost}, there {minutes:.0f} min after it was ordered"
            case OrderUnserved() | OrderRejected():
                yield event.data.reason, f"{ride}: {sentence(event.data.reason)}"
            case _:
                return

    def _assigned(self, event: Message[Any], so_far: SoFar, ride: str) -> tuple[str, str]:
        asked, waited = len(set(so_far.asked)), _seconds(so_far.accepted_at, event.time)
        drivers = "1 driver" if asked == 1 else f"{asked} drivers"
        name = self._driver(event.data.driver_id)
        kind = "taken" if asked == 1 else "taken, several asked"
        return kind, f"{ride}: asked {drivers}, {name} took it after {waited:.0f} s"

    def _cancelled(self, order_id: str, ride: str, *, asked: bool) -> tuple[str, str]:
        plan = self._town.passengers[order_id].plan
        if plan.mood is Mood.CHANGES_MIND:
            second = next(
                other.plan
                for other in self._town.passengers.values()
                if other.plan.id == plan.id and other.plan is not plan
            )
            return (
                "changed mind",
                f"{ride}: cancelled after a second thought, to go to {second.dropoff.label} instead",
            )
        return "cancelled", f"{ride}: cancelled, {'after' if asked else 'before'} a driver was asked"

    def _ride(self, order_id: str) -> str:
        plan = self._town.passengers[order_id].plan
        return f"{plan.name}'s ride from {plan.pickup.label} to {plan.dropoff.label}"

    def _driver(self, driver_id: str) -> str:
        driver = self._town.drivers.get(driver_id)
        return driver.plan.name if driver is not None else driver_id


def _seconds(since: datetime | None, until: datetime) -> float:
    return (until - since).total_seconds() if since is not None else 0.0
