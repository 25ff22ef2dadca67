"""What an order costs, inside the legal band of its date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contracts.values import Fare, Payer

ROUND_TO = 100
SHARES = 10_000  # shares are counted in ten-thousandths, so that no rupiah hangs on a float


@dataclass(frozen=True, slots=True)
class Band:
    """What a decree allows from a day on: rupiah per km, for the first kilometres in all, and shares of the fare."""

    decree: str
    valid_from: date
    per_km: tuple[int, int]
    minimum: tuple[int, int]
    minimum_km: int
    app_share_max: float
    welfare_share_max: float = 0.0


@dataclass(frozen=True, slots=True)
class Tariff:
    """What the service charges: rupiah per km, at least `minimum`; shares are taken out of the fare."""

    per_km: int
    minimum: int
    app_share: float
    welfare_share: float
    regulated: bool


def band_on(bands: Sequence[Band], day: date) -> Band | None:
    """The band in force on a day."""
    in_force = [band for band in bands if band.valid_from <= day]
    return max(in_force, key=lambda band: band.valid_from, default=None)


def fare(tariff: Tariff, bands: Sequence[Band], day: date, distance_m: int, payer: Payer) -> Fare:
    """The fare of a trip; a regulated one never leaves the band of its day, whatever the tariff says."""
    band = band_on(bands, day) if tariff.regulated else None
    total = _rounded(max(tariff.minimum, tariff.per_km * distance_m / 1000))
    app, welfare = tariff.app_share, tariff.welfare_share
    if band is not None:
        lowest, highest = limits(band, distance_m)
        total = min(max(total, lowest), highest)
        app, welfare = min(app, band.app_share_max), min(welfare, band.welfare_share_max)
    app_share = _share(total, app)
    welfare_share = _share(total, welfare)
    return Fare(
        total=total,
        driver_share=total - app_share - welfare_share,
        app_share=app_share,
        welfare_share=welfare_share,
        payer=payer,
    )


def limits(band: Band, distance_m: int) -> tuple[int, int]:
    """Lowest and highest legal fare of a trip, whole rupiah."""
    if distance_m <= band.minimum_km * 1000:
        return band.minimum
    lowest = max(band.minimum[0], -(-band.per_km[0] * distance_m // 1000))
    highest = max(band.minimum[1], band.per_km[1] * distance_m // 1000)
    return lowest, highest


def _rounded(amount: float) -> int:
    return round(amount / ROUND_TO) * ROUND_TO


def _share(total: int, share: float) -> int:
    return total * round(share * SHARES) // SHARES
