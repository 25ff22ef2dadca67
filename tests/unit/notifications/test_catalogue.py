"""What the catalogue wants to be told, there is something to say about; and whoever ordered hears of every end."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from services.notifications.domain.audience.table import EVERYTHING
from services.orders import catalogue

FOLDER = Path(next(iter(catalogue.__path__)))
SERVICES: dict[str, dict[str, Any]] = {
    path.stem: document
    for path in sorted(FOLDER.glob("*.toml"))
    if "tell" in (document := tomllib.loads(path.read_text("utf-8")))
}
ALWAYS = ("order.completed.v1", "order.cancelled.v1", "order.unserved.v1", "order.rejected.v1")
SOMETIMES = {"hand_over": "order.handed_over.v1", "attempts": "order.returned.v1"}
WHO_ORDERED = {"customer", "agency"}


@pytest.mark.parametrize("service", SERVICES)
def test_whoever_is_to_be_told_has_a_text(service: str) -> None:
    wanted = {
        (event, audience) for event, audiences in SERVICES[service]["tell"].items() for audience in audiences
    }

    assert wanted <= {(event, audience) for event, rows in EVERYTHING.items() for audience in rows}


@pytest.mark.parametrize("service", SERVICES)
def test_whoever_ordered_is_told_of_every_end(service: str) -> None:
    document = SERVICES[service]
    ends = [*ALWAYS, *(event for section, event in SOMETIMES.items() if section in document)]

    untold = [event for event in ends if not WHO_ORDERED & set(document["tell"].get(event, ()))]

    assert untold == []


@pytest.mark.parametrize("service", SERVICES)
def test_whoever_rides_up_the_mountain_with_any_service_is_somebodys_business_when_it_closes(
    service: str,
) -> None:
    document = SERVICES[service]
    concerned = (
        {"operator", "driver"} if document.get("carries") == "goods" else {"operator", "driver", "customer"}
    )

    assert concerned <= set(document["tell"].get("order.route_closed.v1", ()))
