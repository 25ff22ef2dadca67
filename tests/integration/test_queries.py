"""Every query of a whole ride begins with an index; where the server explains, it says so itself."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pymongo
import pytest
from pymongo import monitoring
from pymongo.errors import PyMongoError

from contracts.requests.drivers import DriverArrived, DriverDelivered, DriverOfferAccepted, DriverPickedUp
from services.matching.app import build as build_matching
from services.notifications.app import build as build_notifications
from services.orders.app import build as build_orders
from tests.support.builders import (
    a_contact_registered,
    a_driver_registered,
    a_position_report,
    a_residence_attested,
    a_shift_started,
    an_order_requested,
)
from tests.support.eventually import eventually
from tests.support.outside import an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

Query = tuple[str, str, dict[str, Any]]  # database, collection, filter
BUILDERS = {"orders": build_orders, "matching": build_matching, "notifications": build_notifications}


class Listener(monitoring.CommandListener):
    """Keeps the filter of each command, of clients that are made while it is registered."""

    def __init__(self) -> None:
        self.queries: list[Query] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        command, name, store = event.command, event.command_name, event.database_name
        if name in {"find", "count"}:
            self.queries.append((store, command[name], command.get("filter", command.get("query", {}))))
        elif name == "aggregate":
            where: dict[str, Any] = next(
                (stage["$match"] for stage in command["pipeline"] if "$match" in stage), {}
            )
            self.queries.append((store, command[name], where))
        elif name in {"update", "delete"}:
            self.queries += [(store, command[name], one["q"]) for one in command[f"{name}s"]]

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Of no interest."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Of no interest."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    monitoring.register(listening)
    yield listening
    monitoring._LISTENERS.command_listeners.remove(listening)


async def test_no_query_of_a_ride_scans_a_collection(
    listener: Listener, broker_url: str, database_uri: str
) -> None:
    await a_whole_ride(broker_url, database_uri)

    with pymongo.MongoClient[dict[str, Any]](database_uri) as client:
        asked = listener.queries
        scans = {
            (name, *sorted(where))
            for store, name, where in asked
            if not begins_with_an_index(client[store][name], where)
        }
        explained = [
            where for store, name, where in asked if scans_by_its_own_word(client[store], name, where)
        ]
    assert {name for _, name, _ in asked} >= {
        "orders",
        "drivers",
        "searches",
        "notifications",
        "recipient_keys",
    }
    assert scans == set()
    assert explained == []


def begins_with_an_index(collection: Any, where: dict[str, Any]) -> bool:
    leading = {next(iter(index["key"])) for index in collection.list_indexes()}
    return bool(leading & where.keys()) or (
        "$or" in where and all(leading & branch.keys() for branch in where["$or"])
    )


def scans_by_its_own_word(database: Any, name: str, where: dict[str, Any]) -> bool:
    """What `explain` says; the embedded wheel has none worth reading, there the indexes' names must do."""
    try:
        plan = database.command("explain", {"find": name, "filter": where}, verbosity="queryPlanner")
    except PyMongoError:
        return False
    return "secantus" not in str(plan.get("serverInfo", "")).lower() and "COLLSCAN" in str(
        plan.get("queryPlanner", {})
    )


async def a_whole_ride(broker_url: str, database_uri: str) -> None:
    async with AsyncExitStack() as stack:
        for name, build in BUILDERS.items():
            await stack.enter_async_context(at_work(name, build, runtime_settings(broker_url, database_uri)))
        app = await stack.enter_async_context(an_outside_app(broker_url))
        for role in ("customer", "driver"):
            await app.request(
                a_contact_registered(role=role, recipient_id="c-1" if role == "customer" else "d-1")
            )
        for fact in (
            a_driver_registered(driver_id="d-1"),
            a_residence_attested(driver_id="d-1"),
            a_shift_started(driver_id="d-1"),
        ):
            await app.request(fact)
        await app.event("driver.eligibility_changed.v1", eligible=True)
        await app.request(a_position_report("d-1"))
        await app.request(an_order_requested(order_id="o-1"))
        offer = await app.event("offer.made.v1", order_id="o-1")
        await app.request(DriverOfferAccepted(driver_id="d-1", offer_id=offer.data.offer_id))
        await app.event("order.driver_assigned.v1")
        for step in (DriverArrived, DriverPickedUp, DriverDelivered):
            await app.request(step(driver_id="d-1", order_id="o-1"))
        await app.event("order.completed.v1")
        await app.event("driver.released.v1")
        await eventually(lambda: len(app.of_type("notification.sent.v1")) >= 2)
