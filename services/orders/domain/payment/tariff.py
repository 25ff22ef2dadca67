"""What an order costs: the service's tariff, within the legal band of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contracts.values import Day, Fare, Payer, Surcharge
from services.orders.domain.hours import LOCAL_TIME, Hours

ROUND_TO = 100
SHARE_UNITS = 10_000  # shares are counted in ten-thousandths, so that no rupiah depends on a float


@dataclass(frozen=True, slots=True)
class Band:
    """What a decree allows from a day on. The pairs are (lowest, highest), whole rupiah.

    `minimum`: for a trip of up to `minimum_km`. The shares are parts of the fare. `surcharges`: reasons of
    surcharges that are allowed on top of the band; all others have to fit inside it.
    """

    decree: str
    valid_from: Day
    per_km: tuple[int, int]
    minimum: tuple[int, int]
    minimum_km: int
    app_share_max: float
    welfare_share_max: float = 0.0
    zone: str = "I"
    surcharges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SurchargeRule:
    """A surcharge, which the driver gets in full; `hours`: when it applies, None: always."""

    reason: str
    amount: int
    hours: Hours | None = None

    def applies_at(self, at: datetime) -> bool:
        """Whether a trip that begins then pays the surcharge."""
        return self.hours is None or self.hours.cover(at)


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a service charges: rupiah per km, and at least `minimum`.

    App and welfare shares are taken out of the fare, or added to it (`on_top`). `regulated`: the fare has
    to lie in the band of the day; with shares on top that holds for the driver's part. `merchant_share`:
    the merchant's part of the items' price.
    """

    per_km: int
    minimum: int
    app_share: float
    welfare_share: float
    regulated: bool
    on_top: bool = False
    merchant_share: float = 1.0
    surcharges: tuple[SurchargeRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Pricing:
    """A tariff, and the band that applied when the order was accepted. It travels with the order."""

    tariff: Tariff
    band: Band | None = None

    def fare(self, at: datetime, distance_m: int, payer: Payer, items_total: int = 0) -> Fare:
        """The fare of a trip that begins at `at`. A regulated one stays in its band, under any tariff."""
        base = self._base(distance_m)
        surcharges = self._surcharges(base, distance_m, at)
        app_share, welfare_share = _share_of(base, self._app()), _share_of(base, self._welfare())
        shared = 0 if self.tariff.on_top else app_share + welfare_share
        driver_share = base - shared + sum(line.amount for line in surcharges)
        return Fare(
            total=items_total + driver_share + app_share + welfare_share,
            items_total=items_total,
            driver_share=driver_share,
            app_share=app_share,
            welfare_share=welfare_share,
            merchant_share=_share_of(items_total, self.tariff.merchant_share),
            surcharges=surcharges,
            payer=payer,
        )

    def _base(self, distance_m: int) -> int:
        base = _rounded(max(self.tariff.minimum * 1000, self.tariff.per_km * distance_m))
        if self.band is None:
            return base
        lowest, highest = fare_limits(self.band, distance_m)
        return min(max(base, lowest), highest)

    def _surcharges(self, base: int, distance_m: int, at: datetime) -> list[Surcharge]:
        room = None if self.band is None else fare_limits(self.band, distance_m)[1] - base
        lines = []
        for rule in self.tariff.surcharges:
            amount = rule.amount if rule.applies_at(at) else 0
            if room is not None and self.band is not None and rule.reason not in self.band.surcharges:
                amount = min(amount, room)
                room -= amount
            if amount:
                lines.append(Surcharge(reason=rule.reason, amount=amount))
        return lines

    def _app(self) -> float:
        share = min(self.tariff.app_share, 1.0)
        return share if self.band is None else min(share, self.band.app_share_max)

    def _welfare(self) -> float:
        share = min(self.tariff.welfare_share, 1.0 - self._app())
        return share if self.band is None else min(share, self.band.welfare_share_max)


def pricing(tariff: Tariff, bands: Sequence[Band], at: datetime) -> Pricing:
    """The tariff with the band of that day, where it is regulated."""
    return Pricing(tariff, band_on(bands, at.astimezone(LOCAL_TIME).date()) if tariff.regulated else None)


def band_on(bands: Sequence[Band], day: date) -> Band | None:
    """The band that is in force on a day; None before the first one."""
    in_force = [band for band in bands if band.valid_from <= day]
    return max(in_force, key=lambda band: band.valid_from, default=None)


def fare_limits(band: Band, distance_m: int) -> tuple[int, int]:
    """The lowest and the highest legal fare of a trip, whole rupiah."""
    if distance_m <= band.minimum_km * 1000:
        return band.minimum
    lowest = max(band.minimum[0], -(-band.per_km[0] * distance_m // 1000))
    highest = max(band.minimum[1], band.per_km[1] * distance_m // 1000)
    return lowest, highest


def _rounded(thousandths: int) -> int:
    """Round to whole hundreds of rupiah, from thousandths of a rupiah."""
    unit = ROUND_TO * 1000
    return (thousandths + unit // 2) // unit * ROUND_TO


def _share_of(amount: int, share: float) -> int:
    return amount * int(share * SHARE_UNITS + 1e-6) // SHARE_UNITS
