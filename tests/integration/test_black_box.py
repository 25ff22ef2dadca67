"""A client that imports nothing of ours: pika, JSON, and the names of the contract."""

from __future__ import annotations

import json
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pika
import pytest

from services.ops.embedded.ports import free_ports
from services.ops.running.readiness import all_ready
from services.ops.running.service_processes import ServiceProcesses
from tests.support.services import KEYS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from pika.adapters.blocking_connection import BlockingChannel

STATION = {"lat": -8.2106, "lng": 114.3745, "label": "Stasiun Banyuwangi Kota"}
PARK = {"lat": -8.2192, "lng": 114.3691}
AGENCY = {"role": "agency", "id": "dispendukcapil"}
WITHIN_S = 30


@pytest.fixture
async def at_work(broker_url: str, database_uri: str, tmp_path: Path) -> AsyncIterator[None]:
    """The three services as processes."""
    environment = {
        "GANCANG_AMQP_URL": broker_url,
        "GANCANG_MONGODB_URI": database_uri,
        **KEYS,
    }
    with ServiceProcesses(environment, tmp_path) as children:
        names = ("orders", "matching", "notifications")
        await all_ready(
            [children.start(name, port=port) for name, port in zip(names, free_ports(3), strict=True)]
        )
        yield


@pytest.fixture
def channel(at_work: None, broker_url: str) -> Iterator[BlockingChannel]:
    connection = pika.BlockingConnection(pika.URLParameters(broker_url))
    channel = connection.channel()
    channel.confirm_delivery()
    channel.queue_declare("app.blackbox.events", auto_delete=True)
    for exchange in ("gancang.events", "gancang.confidential"):
        channel.queue_bind("app.blackbox.events", exchange, "#")
    yield channel
    connection.close()


def publish(channel: BlockingChannel, event_type: str, **data: Any) -> None:
    headers = {
        "ce-specversion": "1.0",
        "ce-id": str(uuid.uuid4()),
        "ce-type": event_type,
        "ce-source": "/apps/blackbox",
        "ce-time": datetime.now(UTC).isoformat(),
    }
    properties = pika.BasicProperties(content_type="application/json", delivery_mode=2, headers=headers)
    channel.basic_publish(
        "gancang.requests", event_type, json.dumps(data).encode(), properties, mandatory=True
    )


def read_until(channel: BlockingChannel, event_type: str) -> tuple[dict[str, Any], list[str]]:
    """The data of the first event of the type, and the types read before it."""
    seen: list[str] = []
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        frame, properties, body = channel.basic_get("app.blackbox.events", auto_ack=True)
        if frame is None:
            channel.connection.process_data_events(0.05)
            continue
        seen.append(properties.headers["ce-type"])
        if seen[-1] == event_type:
            return json.loads(body), seen
    raise AssertionError(f"no {event_type}; read {seen}")


@pytest.mark.containers
@pytest.mark.standalone
async def test_a_ride_from_request_to_completion(channel: BlockingChannel) -> None:
    publish(
        channel,
        "driver.registered.v1",
        driver_id="d-7",
        vehicle={"class": "motorcycle", "plate": "P 4217 VX"},
        papers=[
            {"kind": "sim_c", "valid_until": "2030-01-01"},
            {"kind": "stnk", "valid_until": "2030-01-01"},
        ],
    )
    publish(
        channel,
        "driver.residence_attested.v1",
        driver_id="d-7",
        by=AGENCY,
        district_code="35.10.16",
        valid_until="2030-01-01",
    )
    publish(channel, "driver.shift_started.v1", driver_id="d-7", place={"lat": -8.2101, "lng": 114.3739})
    read_until(channel, "driver.eligibility_changed.v1")

    customer = {"id": "c-1", "kind": "tourist", "locale": "en"}
    publish(
        channel,
        "order.requested.v1",
        order_id="o-1",
        service="ride",
        customer=customer,
        pickup=STATION,
        dropoff=PARK,
    )
    accepted, _ = read_until(channel, "order.accepted.v1")
    offer, _ = read_until(channel, "offer.made.v1")
    publish(channel, "driver.offer_accepted.v1", driver_id="d-7", offer_id=offer["offer_id"])
    assigned, _ = read_until(channel, "order.driver_assigned.v1")
    for step in ("arrived", "picked_up", "delivered"):
        publish(channel, f"driver.{step}.v1", driver_id="d-7", order_id="o-1")
    completed, seen = read_until(channel, "order.completed.v1")
    released, _ = read_until(channel, "driver.released.v1")

    assert accepted["fare"]["total"] == completed["fare"]["total"] == 9000
    assert assigned["vehicle"] == {"class": "motorcycle", "plate": "P 4217 VX"}
    assert [name for name in seen if name.startswith("order.")] == [
        "order.driver_arrived.v1",
        "order.picked_up.v1",
        "order.completed.v1",
    ]
    assert released == {"driver_id": "d-7", "order_id": "o-1"}
