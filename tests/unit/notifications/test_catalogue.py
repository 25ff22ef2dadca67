"""Every audience that the catalogue names has a text, and the customer is told of every end."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from services.notifications.domain.audience.table import AUDIENCE_TABLE
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
def test_every_audience_in_the_catalogue_has_a_text(service: str) -> None:
    wanted = {
        (event, audience) for event, audiences in SERVICES[service]["tell"].items() for audience in audiences
    }

    assert wanted <= {(event, audience) for event, rows in AUDIENCE_TABLE.items() for audience in rows}


@pytest.mark.parametrize("service", SERVICES)
def test_the_customer_is_told_of_every_end_of_the_service(service: str) -> None:
    document = SERVICES[service]
    ends = [*ALWAYS, *(event for section, event in SOMETIMES.items() if section in document)]

    untold = [event for event in ends if not WHO_ORDERED & set(document["tell"].get(event, ()))]

    assert untold == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_that_goes_up_the_mountain_tells_customer_driver_and_operator_of_a_closure(
    service: str,
) -> None:
    document = SERVICES[service]
    concerned = (
        {"operator", "driver"} if document.get("carries") == "goods" else {"operator", "driver", "customer"}
    )

    assert concerned <= set(document["tell"].get("order.route_closed.v1", ()))
