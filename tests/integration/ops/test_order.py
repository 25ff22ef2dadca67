"""`gancang order` on what the orders service wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from contracts.requests.drivers import DriverDeliveryFailed, DriverPickedUp
from contracts.values import Proof
from services.orders.app import build
from tests.support.builders import a_match_made, an_order_requested
from tests.support.eventually import eventually
from tests.support.outside import an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.command_line import Gancang


@pytest.fixture
async def an_order(gancang: Gancang, broker_url: str, database_uri: str) -> AsyncIterator[str]:
    """An order that the service has accepted, asked for through `gancang publish`."""
    pickup = {"lat": -8.2106, "lng": 114.3745, "label": "Rumah Bu Siti", "note": "pagar biru"}
    data = an_order_requested(order_id="o-9", pickup=pickup)
    event = {"specversion": "1.0", "id": "r-1", "type": "order.requested.v1", "source": "/test"}
    async with at_work("orders", build, runtime_settings(broker_url, database_uri)):
        line = json.dumps({**event, "data": data.model_dump(mode="json", exclude_none=True)})
        published = await gancang("publish", "-", stdin=line)
        assert published.returncode == 0, published.stderr

        async def accepted() -> bool:
            return (await gancang("order", "show", "o-9")).returncode == 0

        await eventually(accepted, within=20)
        yield "o-9"


@pytest.fixture
async def a_document(broker_url: str, database_uri: str, gancang: Gancang) -> AsyncIterator[str]:
    """A document whose first attempt has failed."""
    step: dict[str, Any] = {"driver_id": "d-7", "order_id": "o-3"}
    envelope = {"envelope": "ENV-0042"}
    agency = {"id": "dispendukcapil", "kind": "agency"}
    settings = runtime_settings(broker_url, database_uri)
    async with at_work("orders", build, settings), an_outside_app(broker_url) as app:
        await app.request(
            an_order_requested(
                order_id="o-3", service="document", customer=agency, recipient={"id": "r-5"}, details=envelope
            )
        )
        await app.event("order.search_started.v1")
        await app.request(a_match_made(order_id="o-3"))
        await app.event("order.driver_assigned.v1")
        await app.request(DriverPickedUp(**step, proof=Proof(envelope="ENV-0042")))
        await app.event("order.picked_up.v1")
        await app.request(DriverDeliveryFailed(**step, reason="recipient_absent"))
        await app.event("order.attempt_failed.v1")
        yield "o-3"


async def test_an_order_is_shown_with_its_history_and_without_places(gancang: Gancang, an_order: str) -> None:
    shown, table = (
        await gancang("order", "show", an_order, "--json"),
        await gancang("order", "show", an_order),
    )

    document = json.loads(shown.stdout)
    assert (document["order_id"], document["service"], document["status"]) == ("o-9", "ride", "searching")
    assert document["pickup_district"] == "35.10.16"
    assert document["fare"]["total"] > 0
    assert [line["status"] for line in document["history"]] == ["searching"]
    assert document["history"][0]["event_id"]
    for output in (shown.stdout, table.stdout):
        assert "Siti" not in output
        assert "pagar" not in output
        assert "-8.2106" not in output
    assert "searching" in table.stdout
    assert document["history"][0]["event_id"] not in table.stdout
    assert document["history"][0]["event_id"][:8] + "…" in table.stdout
    assert "next: gancang matching explain o-9" in table.stdout


async def test_a_document_is_shown_with_its_chain_of_custody(gancang: Gancang, a_document: str) -> None:
    shown, printed = (
        await gancang("order", "show", a_document, "--json"),
        await gancang("order", "show", a_document),
    )

    document = json.loads(shown.stdout)
    assert [(line["step"], line["by"], line["envelope"]) for line in document["custody"]] == [
        ("picked_up", "driver:d-7", "ENV-0042"),
        ("attempt_failed", "driver:d-7", None),
    ]
    assert (document["failed_attempts"], document["code"]) == (1, {"serial": 1, "wrong": 0})
    assert (document["agency_id"], document["recipient_id"]) == ("dispendukcapil", "r-5")
    assert "ENV-0042" in printed.stdout
    assert "attempt_failed" in printed.stdout


async def test_orders_are_listed_by_status(gancang: Gancang, an_order: str) -> None:
    searching = await gancang("order", "list", "--status", "searching", "--json")
    completed = await gancang("order", "list", "--status", "completed", "--json")

    assert [row["order_id"] for row in json.loads(searching.stdout)] == [an_order]
    assert json.loads(completed.stdout) == []


async def test_an_unknown_order_or_status_is_one_line_and_exit_code_2(gancang: Gancang) -> None:
    order = await gancang("order", "show", "o-0")
    status = await gancang("order", "list", "--status", "lost")

    assert (order.returncode, order.stderr) == (2, "gancang: no such order: o-0\n")
    assert status.returncode == 2
    assert status.stderr.startswith("gancang: no such status: lost (there are awaiting_funds, scheduled, ")
