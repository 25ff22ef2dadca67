"""Business time and settings: what is refused, and how."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from services.runtime.clock import SimulatedClock, SystemClock, clock_from, real_now
from services.runtime.errors import NotConfigured
from services.runtime.process.settings import RuntimeSettings


def test_the_simulated_clock_is_the_same_in_every_process() -> None:
    anchor = datetime.now(UTC) - timedelta(seconds=10)
    setting = f"2026-11-24T00:00:00+00:00,30,{anchor.isoformat()}"

    first, second = clock_from(setting), clock_from(setting)

    elapsed = (first.now() - datetime(2026, 11, 24, tzinfo=UTC)).total_seconds()
    assert 300 <= elapsed < 330
    assert (second.now() - first.now()).total_seconds() < 5
    assert isinstance(first, SimulatedClock)


def test_without_a_setting_the_clock_is_the_machines() -> None:
    clock = clock_from("")

    assert isinstance(clock, SystemClock)
    assert abs((clock.now() - real_now()).total_seconds()) < 1


@pytest.mark.parametrize(
    "setting",
    [
        "now",
        "2026-11-24,30",
        "2026-11-24T00:00:00,30,2026-11-24T00:00:00",
        "2026-11-24T00:00:00Z,0,2026-11-24T00:00:00Z",
    ],
)
def test_a_clock_that_is_none_is_refused(setting: str) -> None:
    with pytest.raises(NotConfigured, match="GANCANG_CLOCK"):
        clock_from(setting)


def test_the_broker_url_gets_a_heartbeat() -> None:
    settings = RuntimeSettings(
        amqp_url=SecretStr("amqp://me:secret@broker/"), mongodb_uri=SecretStr("mongodb://db/")
    )

    assert settings.broker_url() == "amqp://me:secret@broker/?heartbeat=10"
    assert settings.broker_user == "me"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("amqps://me:secret@broker/?no_verify_ssl=1", "certificate"),
        ("amqp://broker/", "no login"),
        ("https://me:secret@broker/", "amqp://"),
    ],
)
def test_a_broker_url_that_would_surprise_is_refused(url: str, problem: str) -> None:
    settings = RuntimeSettings(amqp_url=SecretStr(url), mongodb_uri=SecretStr("mongodb://db/"))

    with pytest.raises(NotConfigured, match=problem) as refused:
        settings.broker_url()

    assert "secret" not in str(refused.value)
