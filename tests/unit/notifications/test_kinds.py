"""How notifications and webhook deliveries are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.notifications.adapters.storage.notifications import notifications
from services.notifications.adapters.storage.webhooks import deliveries

if TYPE_CHECKING:
    from services.runtime.storage.aggregates import Kind


@pytest.mark.parametrize(
    "kind", [notifications(timedelta(days=1)), deliveries(timedelta(days=1))], ids=lambda kind: kind.name
)
def test_what_is_put_off_every_second_for_a_day_does_not_grow(kind: Kind[Any]) -> None:
    assert kind.keep_history == 50
