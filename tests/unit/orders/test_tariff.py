"""A fare outside the legal band of its day cannot come out, and every rupiah adds up."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Payer
from services.orders.adapters.catalogue import load
from services.orders.domain.tariff import Tariff, band_on, fare, limits
from services.orders.settings import BUILT_IN

CATALOGUE = load(BUILT_IN)
RIDE = CATALOGUE.services["ride"].tariff
BANDS = CATALOGUE.bands
TODAY = date(2026, 11, 24)

days = st.dates(min_value=date(2019, 5, 1), max_value=date(2035, 1, 1))
tariffs = st.builds(
    Tariff,
    per_km=st.integers(1, 20_000),
    minimum=st.integers(1, 100_000),
    app_share=st.floats(0, 1),
    welfare_share=st.floats(0, 0.5),
    regulated=st.just(True),
)


@pytest.mark.parametrize(("km", "lowest", "highest"), [(10, 20_000, 25_000), (3, 8_000, 10_000), (4, 8_000, 10_000)])
def test_the_ride_costs_what_the_decree_allows(km: int, lowest: int, highest: int) -> None:
    assert lowest <= fare(RIDE, BANDS, TODAY, km * 1000, Payer()).total <= highest


@given(tariffs, days, st.integers(0, 100_000))
def test_no_tariff_and_no_day_gives_a_fare_outside_the_band(tariff: Tariff, day: date, metres: int) -> None:
    band = band_on(BANDS, day)
    assert band is not None

    price = fare(tariff, BANDS, day, metres, Payer())

    lowest, highest = limits(band, metres)
    assert lowest <= price.total <= highest
    assert price.driver_share + price.app_share + price.welfare_share == price.total
    assert price.app_share <= price.total * band.app_share_max
    assert price.welfare_share <= price.total * band.welfare_share_max


@pytest.mark.parametrize(
    ("day", "decree"),
    [
        (date(2019, 4, 30), None),
        (date(2019, 5, 1), "KP 348/2019"),
        (date(2022, 9, 9), "KP 348/2019"),
        (date(2022, 9, 10), "KP 667/2022"),
        (TODAY, "KP 1001/2022"),
    ],
)
def test_the_band_is_the_one_in_force_on_the_day(day: date, decree: str | None) -> None:
    band = band_on(BANDS, day)

    assert (band.decree if band else None) == decree
