"""For whom a login may speak, on a broker that checks the login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from contracts.codec import binary_headers, body_of
from services.orders.app import build
from tests.support.builders import a_cancellation_requested, an_order_requested
from tests.support.outside import OutsideApp, a_fresh_message, an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from contracts.message import Message
    from contracts.values import Value


@pytest.fixture
def login(broker_url: str) -> str:
    """The login of this connection."""
    return urlsplit(broker_url).username or ""


@pytest.fixture
async def app(broker_url: str, database_uri: str, login: str, tmp_path: Path) -> AsyncIterator[OutsideApp]:
    """Our login speaks for one agency, and for guests of one hotel."""
    speakers = tmp_path / "speakers.toml"
    speakers.write_text(f'["{login}"]\nagency = ["dispendukcapil"]\ncustomer = ["hotel-*"]\n')
    settings = runtime_settings(broker_url, database_uri, speakers=str(speakers))
    async with at_work("orders", build, settings), an_outside_app(broker_url) as app:
        yield app


async def said(app: OutsideApp, data: Value, **properties: Any) -> Message[Value]:
    message = a_fresh_message(data)
    headers, body = binary_headers(message), body_of(data)
    await app.send_raw(
        body, routing_key=message.type, headers=headers, content_type="application/json", **properties
    )
    return message


async def test_a_login_orders_only_for_its_own_guests(app: OutsideApp, login: str) -> None:
    guest = {"id": "hotel-7", "kind": "tourist", "locale": "en"}
    foreign = await said(app, an_order_requested(order_id="o-2"), user_id=login)
    unnamed = await said(app, an_order_requested(order_id="o-3", customer=guest))
    await said(app, an_order_requested(order_id="o-1", customer=guest), user_id=login)

    await app.event("order.accepted.v1", order_id="o-1")
    refused = [
        (await app.event("request.rejected.v1", request_id=one.id)).data.reason for one in (foreign, unnamed)
    ]
    assert refused == ["login_wrong", "login_missing"]
    assert {event.data.order_id for event in app.of_type("order.accepted.v1")} == {"o-1"}


async def test_a_request_that_waited_for_its_order_still_knows_its_login(app: OutsideApp, login: str) -> None:
    guest = {"id": "hotel-7", "kind": "tourist", "locale": "en"}
    early = a_cancellation_requested(order_id="o-1", by={"role": "customer", "id": "hotel-7"})
    await said(app, early, user_id=login)
    await said(app, an_order_requested(order_id="o-1", customer=guest), user_id=login)

    cancelled = await app.event("order.cancelled.v1", order_id="o-1", within=30)

    assert cancelled.data.by.id == "hotel-7"
