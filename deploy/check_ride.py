#!/usr/bin/env python3
"""Send a ride and a donor's meal through a running deployment, as seven apps, each with its own login only.

    AMQP_HOST=… RABBITMQ_PASSWORD_EXAMPLE=… (one for each of APPS) deploy/check_ride.py

Needs aio-pika and nothing of ours. Exit code 1 and one line when an expected event does not come.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import uuid
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aio_pika
from aiormq.exceptions import AMQPError

if TYPE_CHECKING:
    from aio_pika.abc import AbstractConnection, AbstractQueue

APPS = ("example", "gateway", "merchants", "agency", "hospital", "donors", "desk")
AGENCY, HOSPITAL = {"role": "agency", "id": "dispendukcapil"}, {"role": "agency", "id": "rsud-blambangan"}
WITHIN_S, PAUSE_S, SETTLED_S = 60, 0.1, 2
REFUSAL = "request.rejected.v1"
REQUESTS, EVENTS, CONFIDENTIAL = "gancang.requests", "gancang.events", "gancang.confidential"
STATION = {"lat": -8.2106, "lng": 114.3745, "label": "Stasiun Banyuwangi Kota"}
PARK = {"lat": -8.2192, "lng": 114.3691}


class App:
    """One app with its login and its queue."""

    def __init__(self, name: str, connection: AbstractConnection) -> None:
        self.name = name
        self.connection = connection
        self.queue: AbstractQueue | None = None

    async def listen(self, *bindings: tuple[str, str]) -> None:
        """Declare the app's queue and bind it."""
        channel = await self.connection.channel()
        self.queue = await channel.declare_queue(
            f"app.{self.name}.check.{uuid.uuid4().hex[:8]}", auto_delete=True
        )
        for exchange, key in bindings:
            await self.queue.bind(exchange, key)

    async def say(self, event_type: str, **data: Any) -> None:
        """Publish a request and wait for the confirm."""
        channel = await self.connection.channel()
        now = datetime.now(UTC)
        headers = {
            "ce-specversion": "1.0",
            "ce-id": str(uuid.uuid4()),
            "ce-type": event_type,
            "ce-time": now.isoformat(),
        }
        headers["ce-source"] = f"/apps/{self.name}"
        body = json.dumps(data).encode()
        persistent = aio_pika.DeliveryMode.PERSISTENT
        message = aio_pika.Message(
            body,
            headers=headers,
            content_type="application/json",
            delivery_mode=persistent,
            user_id=self.name,
        )
        exchange = await channel.get_exchange(REQUESTS, ensure=False)
        await exchange.publish(message, event_type, mandatory=True, timeout=10)
        await channel.close()

    async def hear(self, event_type: str, **fields: Any) -> dict[str, Any]:
        """The data of the first event of the type with these fields; what comes before it is dropped."""
        assert self.queue is not None  # noqa: S101  a mistake in this file
        async with asyncio.timeout(WITHIN_S):
            while True:
                event = await self.queue.get(no_ack=True, fail=False)
                if event is None:
                    await asyncio.sleep(PAUSE_S)
                    continue
                data: dict[str, Any] = json.loads(event.body)
                if event.headers["ce-type"] == event_type and all(
                    data.get(name) == value for name, value in fields.items()
                ):
                    sys.stdout.write(f"  {self.name} heard {event_type}\n")
                    return data
                if event.headers["ce-type"] == REFUSAL:
                    raise SystemExit(f"rejected: {data}")

    async def refused(self, request_type: str, reason: str) -> None:
        """Wait for this refusal; another one ends the check."""
        data = await self.hear(REFUSAL, request_type=request_type)
        if data["reason"] != reason:
            raise SystemExit(f"rejected: {data}")

    async def may_not(self, what: str, exchange: str, key: str) -> None:
        """Try to bind the app's queue; the broker must refuse."""
        assert self.queue is not None  # noqa: S101  a mistake in this file
        channel = await self.connection.channel()
        try:
            await (await channel.get_queue(self.queue.name, ensure=False)).bind(exchange, key)
        except AMQPError:
            sys.stdout.write(f"  {self.name} may not {what}\n")
        else:
            raise SystemExit(f"{self.name} may {what}")

    async def may_not_say(self, event_type: str) -> None:
        """Try to publish; the broker must refuse."""
        try:
            await self.say(event_type, driver_id="d-x")
        except AMQPError:
            sys.stdout.write(f"  {self.name} may not say {event_type}\n")
        else:
            raise SystemExit(f"{self.name} may say {event_type}")


async def main() -> None:
    """Play a ride, a meal, an alarm and a certificate, then try what no login may."""
    async with AsyncExitStack() as stack:
        apps = [App(name, await stack.enter_async_context(await login(name))) for name in APPS]
        example, gateway, merchants, agency, hospital, donors, desk = apps
        await example.listen((EVENTS, "#"))
        await gateway.listen((CONFIDENTIAL, "offer.made.v1"))
        await merchants.listen((CONFIDENTIAL, "merchant.briefed.v1"), (EVENTS, "request.rejected.v1"))
        for office in (agency, hospital):
            await office.listen((EVENTS, "driver.eligibility_changed.v1"), (EVENTS, "request.rejected.v1"))
        await donors.listen((EVENTS, "order.#"), (EVENTS, "request.rejected.v1"))
        await desk.listen((CONFIDENTIAL, "emergency.briefed.v1"), (EVENTS, "emergency.#"))
        number = uuid.uuid4().hex[:8]
        await ride(example, gateway, agency, number)
        await meal(merchants, agency, donors, number)
        await alarm(example, desk, number)
        await certificate(hospital, example, number)  # last, as every app reads a refusal
        await example.may_not("read offers", CONFIDENTIAL, "offer.made.v1")
        await gateway.may_not("read searches", CONFIDENTIAL, "order.search_started.v1")
        await merchants.may_not("read where a person calls for help", CONFIDENTIAL, "emergency.briefed.v1")
        await donors.may_not("read what a merchant is to cook", CONFIDENTIAL, "merchant.briefed.v1")
        for office in (agency, hospital):
            await office.may_not("read orders", EVENTS, "order.#")
        for app in (example, gateway, merchants, hospital, donors, desk):
            await app.may_not_say("driver.residence_attested.v1")
        for app in (gateway, agency):
            await app.may_not_say("driver.certified.v1")
        await agency.may_not_say("driver.shift_started.v1")


async def login(name: str) -> AbstractConnection:
    """A connection of this user."""
    password = os.environ[f"RABBITMQ_PASSWORD_{name.upper()}"]
    host, port = os.environ.get("AMQP_HOST", "127.0.0.1"), os.environ.get("AMQP_PORT", "5672")
    return await aio_pika.connect(f"amqp://{name}:{password}@{host}:{port}/?heartbeat=10", timeout=10)


async def ride(example: App, gateway: App, agency: App, number: str) -> None:
    """From the driver's registration to the customer's letter."""
    driver, order, customer = f"d-{number}", f"o-{number}", f"c-{number}"
    papers = [{"kind": kind, "valid_until": "2040-01-01"} for kind in ("sim_c", "stnk")]
    await gateway.say(
        "driver.registered.v1",
        driver_id=driver,
        vehicle={"class": "motorcycle", "plate": "P 4217 VX"},
        papers=papers,
    )
    attested = {"by": AGENCY, "district_code": "35.10.16", "valid_until": "2040-01-01"}
    await agency.say("driver.residence_attested.v1", driver_id=driver, **attested)
    await gateway.say("driver.shift_started.v1", driver_id=driver, place={"lat": -8.2101, "lng": 114.3739})
    await agency.hear("driver.eligibility_changed.v1", driver_id=driver, eligible=True)
    contact = {
        "recipient_id": customer,
        "role": "customer",
        "locale": "en",
        "channels": [{"kind": "email", "address": f"{customer}@example.org"}],
    }
    await example.say("recipient.contact_registered.v1", **contact)
    who = {"id": customer, "kind": "tourist", "locale": "en"}
    await example.say(
        "order.requested.v1", order_id=order, service="ride", customer=who, pickup=STATION, dropoff=PARK
    )
    await example.hear("order.accepted.v1", order_id=order)
    offer = await gateway.hear("offer.made.v1", order_id=order)
    await gateway.say("driver.offer_accepted.v1", driver_id=driver, offer_id=offer["offer_id"])
    await example.hear("order.driver_assigned.v1", order_id=order)
    await example.hear("notification.sent.v1", recipient_id=customer, channel="email")
    for step in ("arrived", "picked_up", "delivered"):
        await gateway.say(f"driver.{step}.v1", driver_id=driver, order_id=order)
    completed = await example.hear("order.completed.v1", order_id=order)
    sys.stdout.write(f"  order {order} completed, fare Rp {completed['fare']['total']}\n")


async def certificate(hospital: App, example: App, number: str) -> None:
    """The hospital certifies the driver; in the agency's name it may not."""
    certified = {"driver_id": f"d-{number}", "certification": "medicine", "valid_until": "2040-01-01"}
    await hospital.say("driver.certified.v1", by=HOSPITAL, **certified)
    await hospital.say("driver.certified.v1", by=AGENCY, **certified)
    await example.refused("driver.certified.v1", "login_wrong")


async def meal(merchants: App, agency: App, donors: App, number: str) -> None:
    """A donor's meal for a household, up to the kitchen's answer."""
    merchant, order, donor, campaign = f"m-{number}", f"o-{number}-meal", f"donor-{number}", "c-9-9"
    place = {**STATION, "merchant_id": merchant}
    await merchants.say("merchant.registered.v1", merchant_id=merchant, place=place, name="Warung Osing")
    await agency.say(
        "merchant.residence_attested.v1",
        merchant_id=merchant,
        by=AGENCY,
        district_code="35.10.16",
        valid_until="2040-01-01",
    )
    await merchants.say("merchant.opened.v1", merchant_id=merchant)
    await donors.say("donation.pledged.v1", donor_id=donor, campaign_id=campaign, amount=250_000)
    payer = {"kind": "donor", "id": donor, "campaign_id": campaign}
    items = [{"sku": "sego-tempong", "name": "Sego tempong", "quantity": 2, "unit_price": 15_000}]
    trip = {"pickup": place, "dropoff": PARK, "items": items, "recipient": {"id": f"h-{number}"}}
    # wait for the facts before it: messages about different things have no promised order
    await asyncio.sleep(SETTLED_S)
    await donors.say(
        "order.requested.v1",
        order_id=order,
        service="food",
        customer={"id": donor, "kind": "resident"},
        payer=payer,
        **trip,
    )
    await merchants.hear("merchant.briefed.v1", order_id=order)
    await merchants.say(
        "merchant.order_accepted.v1", merchant_id=merchant, order_id=order, ready_in_minutes=60
    )
    await donors.hear("order.preparing.v1", order_id=order)


async def alarm(example: App, desk: App, number: str) -> None:
    """A customer calls for help; the desk learns where, and says when it is over."""
    await example.say(
        "order.emergency_raised.v1",
        order_id=f"o-{number}",
        by={"role": "customer", "id": f"c-{number}"},
        place=PARK,
    )
    briefed = await desk.hear("emergency.briefed.v1", order_id=f"o-{number}")
    await desk.say(
        "emergency.resolved.v1", emergency_id=briefed["emergency_id"], by={"role": "operator", "id": "desk-1"}
    )
    await desk.hear("emergency.closed.v1", emergency_id=briefed["emergency_id"])


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (AMQPError, OSError, TimeoutError) as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from None
