"""A fact of the future is refused; clocks may differ by five minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.runtime.errors import Rejected
from services.runtime.facts import require_not_ahead
from tests.support.builders import NOW


def test_a_fact_of_the_future_is_refused() -> None:
    require_not_ahead(NOW + timedelta(minutes=5), NOW)

    with pytest.raises(Rejected, match="time_ahead"):
        require_not_ahead(NOW + timedelta(minutes=5, seconds=1), NOW)
