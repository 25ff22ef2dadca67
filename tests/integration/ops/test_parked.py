"""`gancang parked`: given-up messages are counted, shown, put back and thrown away."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from aio_pika import Message
from pydantic import SecretStr

from services.runtime.sealing import Sealer
from tests.support.services import DATA_KEY

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

    from tests.support.command_line import Gancang

ORIGIN, PARKED = "orders.order_requested", "orders.order_requested.parked"
CONTACTS, CONTACTS_PARKED = "notifications.recipient_contact", "notifications.recipient_contact.parked"
BODY = b'{"order_id": "o-1"}'
NOTES = {
    "x-gancang-reason": "handler_failed",
    "x-gancang-error": "KeyError",
    "x-gancang-handler": "orders.order_requested:order.requested.v1",
    "x-gancang-failed-attempts": 4,
    "x-gancang-attempts": 4,
    "x-gancang-routing-key": "order.requested.v1",
    "x-gancang-user": "customer-app",
    "ce-id": "m-1",
    "ce-type": "order.requested.v1",
}


async def park(channel: AbstractChannel, queue: str = PARKED, body: bytes = BODY, **changes: Any) -> None:
    """A message as `services.runtime.messaging.parking` leaves it."""
    headers = {**NOTES, **changes.pop("headers", {})}
    message = Message(
        body, headers=headers, content_type="application/json", message_id=headers["ce-id"], **changes
    )
    await channel.default_exchange.publish(message, queue)


async def depth(channel: AbstractChannel, name: str) -> int | None:
    return (await channel.declare_queue(name, passive=True)).declaration_result.message_count


async def only(channel: AbstractChannel, name: str) -> AbstractIncomingMessage:
    queue = await channel.get_queue(name)
    return await queue.get(no_ack=True)


async def test_they_are_counted_by_queue_and_reason_and_stay(
    gancang: Gancang, channel: AbstractChannel
) -> None:
    await park(channel)
    await park(channel, headers={"x-gancang-reason": "not_json", "ce-id": "m-2"})

    listed = await gancang("parked", "list", "--json")

    assert json.loads(listed.stdout) == [
        {"queue": PARKED, "messages": 2, "reasons": {"handler_failed": 1, "not_json": 1}}
    ]
    assert await depth(channel, PARKED) == 2


async def test_an_empty_broker_has_nothing_parked(gancang: Gancang) -> None:
    done = await gancang("parked", "list")

    assert (done.returncode, done.stdout) == (0, "nothing is parked\n")


async def test_they_are_shown_with_headers_and_body_and_stay(
    gancang: Gancang, channel: AbstractChannel
) -> None:
    await park(channel)

    shown = await gancang("parked", "show", PARKED)

    assert "m-1  order.requested.v1  handler_failed" in shown.stdout
    assert "x-gancang-error: KeyError" in shown.stdout
    assert BODY.decode() in shown.stdout
    assert await depth(channel, PARKED) == 1


async def test_a_replay_puts_one_back_with_all_its_attempts_and_its_user(
    gancang: Gancang, channel: AbstractChannel
) -> None:
    await park(channel)
    await park(channel, headers={"ce-id": "m-2"})

    done = await gancang("parked", "replay", PARKED, "--id", "m-2")

    assert (done.returncode, done.stdout) == (0, "1 put back\n")
    assert await depth(channel, PARKED) == 1
    message = await only(channel, ORIGIN)
    assert message.body == BODY
    assert message.headers["ce-id"] == "m-2"
    assert message.headers["x-gancang-user"] == "customer-app"
    assert message.headers["x-gancang-routing-key"] == "order.requested.v1"
    assert not {"x-gancang-attempts", "x-gancang-reason", "x-gancang-error"} & set(message.headers)
    assert message.user_id


async def test_a_sealed_body_is_not_shown_and_opened_only_for_a_replay(
    gancang: Gancang, channel: AbstractChannel
) -> None:
    secret = b'{"recipient_id": "c-1", "channels": [{"kind": "email", "address": "ayu@example.org"}]}'
    sealed = Sealer(SecretStr(DATA_KEY)).seal(secret, f"parked:{CONTACTS_PARKED}")
    notes = {"x-gancang-sealed": CONTACTS_PARKED, "x-gancang-content-type": "application/json"}
    await park(channel, CONTACTS_PARKED, sealed, headers=notes)

    shown = await gancang("parked", "show", CONTACTS_PARKED)
    replayed = await gancang("parked", "replay", CONTACTS_PARKED, "--all")

    assert "ayu" not in shown.stdout
    assert "(sealed" in shown.stdout
    assert replayed.returncode == 0, replayed.stderr
    message = await only(channel, CONTACTS)
    assert (message.body, message.content_type) == (secret, "application/json")
    assert "x-gancang-sealed" not in message.headers


async def test_under_another_key_a_sealed_message_stays(gancang: Gancang, channel: AbstractChannel) -> None:
    other = base64.b64encode(bytes(32)).decode()
    sealed = Sealer(SecretStr(other)).seal(BODY, f"parked:{CONTACTS_PARKED}")
    await park(channel, CONTACTS_PARKED, sealed, headers={"x-gancang-sealed": CONTACTS_PARKED})

    done = await gancang("parked", "replay", CONTACTS_PARKED, "--all")

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert await depth(channel, CONTACTS_PARKED) == 1


async def test_they_are_thrown_away_only_when_said_which(gancang: Gancang, channel: AbstractChannel) -> None:
    await park(channel)

    unsaid = await gancang("parked", "discard", PARKED, "--yes")
    unconfirmed = await gancang("parked", "discard", PARKED, "--all", stdin="n\n")
    assert await depth(channel, PARKED) == 1
    thrown = await gancang("parked", "discard", PARKED, "--all", "--yes")

    assert (unsaid.returncode, unconfirmed.returncode) == (2, 130)
    assert (thrown.returncode, thrown.stdout) == (0, "1 thrown away\n")
    assert await depth(channel, PARKED) == 0


async def test_an_unknown_queue_or_id_is_one_line_and_exit_code_2(
    gancang: Gancang, channel: AbstractChannel
) -> None:
    queue = await gancang("parked", "show", "orders.order_requested")
    message = await gancang("parked", "replay", PARKED, "--id", "m-404")

    assert (queue.returncode, message.returncode) == (2, 2)
    assert message.stderr == "gancang: no such message: m-404\n"
