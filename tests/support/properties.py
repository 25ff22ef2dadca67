"""Settings of the property-based tests: a busy machine is no failure."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "gancang", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)


def load() -> None:
    """Call it in a `conftest.py` beside property-based tests."""
    settings.load_profile("gancang")
