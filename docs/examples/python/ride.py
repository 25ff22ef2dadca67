#!/usr/bin/env python3
"""Orders a ride and prints its fare, with pika and nothing of Gancang's own: `python ride.py [SERVICE]`."""

# ruff: noqa: T201  an example prints

from __future__ import annotations

import json
import os
import sys
import uuid
from datetime import UTC, datetime

import pika

QUEUE = "app.example.python"
ANSWERS = ("order.accepted.v1", "order.rejected.v1", "request.rejected.v1")
PATIENCE_S = 30


def main(service: str) -> str:
    """Send one request and wait for its answer: the fare, as a sentence. Raises `SystemExit`."""
    url = pika.URLParameters(os.environ.get("GANCANG_AMQP_URL") or sys.exit("GANCANG_AMQP_URL is not set"))
    with pika.BlockingConnection(url) as connection:
        channel = connection.channel()
        channel.queue_declare(QUEUE, durable=True)
        for answer in ANSWERS:
            channel.queue_bind(QUEUE, "gancang.events", answer)
        channel.confirm_delivery()  # from here on a publish raises unless the broker has taken it
        order_id, request_id = f"o-{uuid.uuid4()}", str(uuid.uuid4())
        order = {
            "order_id": order_id,
            "service": service,
            "customer": {"id": "c-1", "kind": "tourist", "locale": "en"},
            "pickup": {"lat": -8.2106, "lng": 114.3745, "label": "Stasiun Banyuwangi Kota"},
            "dropoff": {"lat": -8.2192, "lng": 114.3691},
        }
        publish(channel, url.credentials.username, request_id, "order.requested.v1", order)
        for method, properties, body in channel.consume(QUEUE, inactivity_timeout=PATIENCE_S):
            if method is None:
                break
            channel.basic_ack(method.delivery_tag)
            data = json.loads(body)
            if request_id == data.get("request_id"):
                sys.exit(f"request refused, {data['reason']}: {data['detail']} {data.get('pointer', '')}")
            if order_id == data.get("order_id") and properties.headers["ce-type"] == "order.rejected.v1":
                sys.exit(f"order {order_id} rejected: {data['reason']}")
            if order_id == data.get("order_id") and "fare" in data:
                return f"order {order_id} accepted: Rp {data['fare']['total']}"
    sys.exit(f"no answer within {PATIENCE_S} s")


def publish(
    channel: pika.adapters.blocking_connection.BlockingChannel,
    user: str,
    message_id: str,
    kind: str,
    data: object,
) -> None:
    """A CloudEvent in binary mode: attributes in headers, data in the body.

    After any doubt, send it again with the same id.
    """
    headers = {
        "ce-specversion": "1.0",
        "ce-id": message_id,
        "ce-type": kind,
        "ce-source": "/apps/example-python",
        "ce-time": datetime.now(UTC).isoformat(),
    }
    properties = pika.BasicProperties(
        content_type="application/json",
        delivery_mode=pika.DeliveryMode.Persistent,
        user_id=user,
        headers=headers,
    )
    channel.basic_publish("gancang.requests", kind, json.dumps(data).encode(), properties, mandatory=True)


if __name__ == "__main__":
    try:
        print(main(sys.argv[1] if len(sys.argv) > 1 else "ride"))
    except pika.exceptions.AMQPError as problem:  # not reached, not allowed, returned, not confirmed
        sys.exit(f"{type(problem).__name__}: {problem}")
