"""`gancang topology` on a real broker."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from services.runtime.messaging.topology import topology

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel

    from tests.support.command_line import Gancang
    from tests.support.rabbit_api import RabbitApi


async def test_an_empty_broker_lacks_everything(gancang: Gancang) -> None:
    done = await gancang("topology", "check", "--json")

    assert done.returncode == 1
    differences = json.loads(done.stdout)["differences"]
    assert "queue orders.order_requested: is missing" in differences
    assert "policy gancang-app-queues: is missing" in differences


async def test_what_was_applied_is_what_is_checked_and_applying_again_changes_nothing(
    gancang: Gancang, rabbitmq_api: RabbitApi, virtual_host: str
) -> None:
    first, second = await gancang("topology", "apply"), await gancang("topology", "apply")
    checked = await gancang("topology", "check")

    assert (first.returncode, second.returncode, checked.returncode) == (0, 0, 0)
    assert checked.stdout == "the broker has what it should\n"
    there = {queue["name"] for queue in rabbitmq_api.get(f"queues/{virtual_host}")}
    assert there == {queue.name for queue in topology().queues}


async def test_a_removed_queue_and_a_foreign_binding_are_named(
    gancang: Gancang, channel: AbstractChannel
) -> None:
    await channel.queue_delete("matching.driver_fact")
    orders = await channel.get_queue("orders.order_requested")
    await orders.bind("gancang.events", "order.accepted.v1")

    done = await gancang("topology", "check")

    assert done.returncode == 1
    assert "queue matching.driver_fact: is missing" in done.stdout
    assert "binding gancang.events → orders.order_requested (order.accepted.v1): is not ours" in done.stdout


async def test_a_changed_policy_is_drift(
    gancang: Gancang, channel: AbstractChannel, rabbitmq_api: RabbitApi, virtual_host: str
) -> None:
    changed = {"pattern": "^app\\.", "definition": {"max-length": 5}, "apply-to": "queues"}
    rabbitmq_api.put(f"policies/{virtual_host}/gancang-app-queues", changed)

    done = await gancang("topology", "check")

    assert (done.returncode, done.stdout) == (1, "policy gancang-app-queues: differs\n")


async def test_the_exported_definitions_build_the_same_topology(
    gancang: Gancang, rabbitmq_api_url: str, virtual_host: str
) -> None:
    exported = json.loads((await gancang("topology", "export", "--vhost", virtual_host)).stdout)
    del exported["vhosts"]
    async with httpx.AsyncClient(trust_env=False) as client:
        (await client.post(f"{rabbitmq_api_url}/api/definitions", json=exported)).raise_for_status()

    checked = await gancang("topology", "check")

    assert (checked.returncode, checked.stdout) == (0, "the broker has what it should\n")


async def test_a_login_that_may_declare_nothing_sees_what_is_missing_or_different(
    reading: Gancang, channel: AbstractChannel
) -> None:
    await channel.queue_delete("matching.driver_fact")
    await channel.declare_queue("matching.driver_fact", durable=True, arguments={"x-queue-type": "classic"})
    await channel.queue_delete("orders.driver_step")

    checked = await reading("topology", "check", "--json")

    document = json.loads(checked.stdout)
    assert (checked.returncode, checked.stderr) == (1, "")
    assert "queue orders.driver_step: is missing" in document["differences"]
    assert "queue matching.driver_fact: differs ({'x-queue-type': 'classic'})" in document["differences"]
    assert document["unseen"] == {"policies": "the management interface does not show them to this login"}


async def test_without_the_management_interface_it_says_what_it_could_not_see(
    reading: Gancang, channel: AbstractChannel
) -> None:
    blind = replace(reading, environment={**reading.environment, "GANCANG_RABBITMQ_API_URL": ""})

    checked = await blind("topology", "check")

    assert (checked.returncode, checked.stdout) == (0, "the broker has what it should\n")
    assert (
        "arguments not looked at: this login may not declare, and GANCANG_RABBITMQ_API_URL is not set\n"
        in checked.stderr
    )
