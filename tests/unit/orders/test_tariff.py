"""Fares: a regulated one is never outside the legal band of its day, and every rupiah adds up."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Payer
from services.orders.adapters.catalogue import load
from services.orders.domain.hours import Hours
from services.orders.domain.payment.tariff import SurchargeRule, Tariff, band_on, fare_limits, pricing
from services.orders.settings import BUILT_IN

CATALOGUE = load(BUILT_IN)
RIDE = CATALOGUE.services["ride"].tariff
BANDS = CATALOGUE.bands
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NIGHT = Hours(opens=22 * 60, closes=5 * 60)

moments = st.datetimes(min_value=datetime(2019, 5, 2), max_value=datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
hours = st.none() | st.builds(Hours, opens=st.integers(0, 1439), closes=st.integers(0, 1439))
tariffs = st.builds(
    Tariff,
    per_km=st.integers(1, 20_000),
    minimum=st.integers(1, 100_000),
    app_share=st.floats(0, 1),
    welfare_share=st.floats(0, 1),
    regulated=st.booleans(),
    on_top=st.booleans(),
    merchant_share=st.floats(0, 1),
    surcharges=st.lists(
        st.builds(
            SurchargeRule,
            reason=st.sampled_from(["night", "mountain"]),
            amount=st.integers(1, 50_000),
            hours=hours,
        ),
        max_size=3,
    ).map(tuple),
)


@pytest.mark.parametrize(
    ("km", "lowest", "highest"), [(10, 20_000, 25_000), (3, 8_000, 10_000), (4, 8_000, 10_000)]
)
def test_the_ride_costs_what_the_decree_allows(km: int, lowest: int, highest: int) -> None:
    assert lowest <= pricing(RIDE, BANDS, NOW).fare(NOW, km * 1000, Payer()).total <= highest


@given(tariffs.filter(lambda tariff: tariff.regulated), moments, st.integers(0, 100_000))
def test_no_tariff_and_no_day_gives_a_fare_outside_the_band(
    tariff: Tariff, at: datetime, metres: int
) -> None:
    priced = pricing(tariff, BANDS, at)
    assert priced.band is not None

    price = priced.fare(at, metres, Payer())

    lowest, highest = fare_limits(priced.band, metres)
    bound = price.driver_share if tariff.on_top else price.total
    assert lowest <= bound <= highest
    assert price.app_share <= bound * priced.band.app_share_max
    assert price.welfare_share <= bound * priced.band.welfare_share_max


@given(tariffs, moments, st.integers(0, 100_000), st.integers(0, 5_000_000))
def test_every_rupiah_adds_up(tariff: Tariff, at: datetime, metres: int, items: int) -> None:
    price = pricing(tariff, BANDS, at).fare(at, metres, Payer(), items)

    assert price.total == price.items_total + price.driver_share + price.app_share + price.welfare_share
    assert price.items_total == items
    assert price.merchant_share <= items
    assert sum(line.amount for line in price.surcharges) <= price.driver_share


@given(tariffs, moments, st.integers(0, 50_000), st.integers(0, 50_000))
def test_a_longer_way_is_never_cheaper(tariff: Tariff, at: datetime, metres: int, more: int) -> None:
    priced = pricing(tariff, BANDS, at)

    assert priced.fare(at, metres, Payer()).total <= priced.fare(at, metres + more, Payer()).total


def test_a_share_on_top_is_paid_beside_the_fare_and_one_inside_out_of_it() -> None:
    inside = Tariff(per_km=2_000, minimum=8_000, app_share=0.15, welfare_share=0.05, regulated=True)
    on_top = Tariff(
        per_km=2_000, minimum=8_000, app_share=0.15, welfare_share=0.05, regulated=True, on_top=True
    )

    out_of_it = pricing(inside, BANDS, NOW).fare(NOW, 10_000, Payer())
    beside_it = pricing(on_top, BANDS, NOW).fare(NOW, 10_000, Payer())

    assert (out_of_it.total, out_of_it.driver_share, out_of_it.app_share, out_of_it.welfare_share) == (
        20_000,
        16_000,
        3_000,
        1_000,
    )
    assert (beside_it.total, beside_it.driver_share, beside_it.app_share, beside_it.welfare_share) == (
        24_000,
        20_000,
        3_000,
        1_000,
    )


def test_a_surcharge_that_the_decree_does_not_name_only_fills_the_band() -> None:
    night = Tariff(
        2_200, 9_000, 0.15, 0.05, regulated=True, surcharges=(SurchargeRule("night", 9_000, NIGHT),)
    )
    midnight = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)

    price = pricing(night, BANDS, midnight).fare(midnight, 10_000, Payer())

    assert price.total == 25_000
    assert [(line.reason, line.amount) for line in price.surcharges] == [("night", 3_000)]


def test_the_night_surcharge_does_not_apply_by_day() -> None:
    night = Tariff(
        2_200, 9_000, 0.15, 0.05, regulated=True, surcharges=(SurchargeRule("night", 1_000, NIGHT),)
    )

    assert pricing(night, BANDS, NOW).fare(NOW, 10_000, Payer()).surcharges == []


def test_an_unregulated_service_costs_what_the_tariff_says() -> None:
    parcel = Tariff(3_000, 12_000, 0.2, 0.0, regulated=False, surcharges=(SurchargeRule("mountain", 15_000),))

    price = pricing(parcel, BANDS, NOW).fare(NOW, 10_000, Payer())

    assert (price.total, price.driver_share, price.app_share) == (45_000, 39_000, 6_000)


def test_the_shares_of_2019_are_not_those_of_today() -> None:
    greedy = Tariff(2_000, 8_000, 0.5, 0.5, regulated=True)
    then = datetime(2020, 1, 1, tzinfo=UTC)

    before, today = (
        pricing(greedy, BANDS, then).fare(then, 10_000, Payer()),
        pricing(greedy, BANDS, NOW).fare(NOW, 10_000, Payer()),
    )

    assert (before.app_share, before.welfare_share) == (4_000, 0)
    assert (today.app_share, today.welfare_share) == (3_000, 1_000)


def test_the_day_of_the_tariff_is_the_local_day() -> None:
    midnight_here = datetime(2022, 9, 9, 17, 0, tzinfo=UTC)

    band = pricing(RIDE, BANDS, midnight_here).band

    assert band is not None
    assert band.decree == "KP 667/2022"


@pytest.mark.parametrize(
    ("day", "decree"),
    [
        (date(2019, 4, 30), None),
        (date(2019, 5, 1), "KP 348/2019"),
        (date(2022, 9, 9), "KP 348/2019"),
        (date(2022, 9, 10), "KP 667/2022"),
        (date(2026, 11, 24), "KP 1001/2022"),
    ],
)
def test_the_band_is_the_one_in_force_on_the_day(day: date, decree: str | None) -> None:
    band = band_on(BANDS, day)

    assert (band.decree if band else None) == decree
