"""`gancang publish` on a real broker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from contracts.codec import STRUCTURED

if TYPE_CHECKING:
    from pathlib import Path

    from aio_pika.abc import AbstractChannel

    from tests.support.command_line import Gancang


def a_line(event_id: str, event_type: str = "driver.shift_ended.v1") -> str:
    event: dict[str, Any] = {"specversion": "1.0", "id": event_id, "type": event_type, "source": "/test"}
    return json.dumps({**event, "data": {"driver_id": "d-1"}})


async def test_each_line_arrives_as_it_was_written(
    gancang: Gancang, channel: AbstractChannel, tmp_path: Path
) -> None:
    file = tmp_path / "facts.jsonl"
    file.write_text(f"{a_line('a')}\n\n{a_line('b')}\n")

    done = await gancang("publish", str(file))

    assert (done.returncode, done.stdout) == (0, "2 confirmed, 0 failed\n")
    queue = await channel.get_queue("matching.driver_fact")
    first = await queue.get(no_ack=True)
    assert first.body.decode() == a_line("a")
    assert (first.content_type, first.message_id, first.delivery_mode) == (STRUCTURED, "a", 2)


async def test_a_line_that_is_not_an_event_is_named_and_the_others_are_published(
    gancang: Gancang, channel: AbstractChannel
) -> None:
    done = await gancang("publish", "-", stdin=f"{a_line('a')}\nnot JSON\n{a_line('b')}\n")

    assert (done.returncode, done.stdout) == (1, "2 confirmed, 1 failed\n")
    assert done.stderr == "gancang: line 2: is not a CloudEvent in JSON (not_json)\n"


async def test_a_mistyped_type_is_said_to_go_to_the_unrouted(
    gancang: Gancang, channel: AbstractChannel
) -> None:
    done = await gancang("publish", "-", "--json", stdin=a_line("a", "order.requestd.v1"))

    assert json.loads(done.stdout) == {"confirmed": 1, "failed": []}
    assert done.stderr == "gancang: line 1: order.requestd.v1 is not a request: it goes to ops.unrouted\n"


async def test_unusable_input_is_exit_code_2(
    gancang: Gancang, channel: AbstractChannel, tmp_path: Path
) -> None:
    missing = await gancang("publish", str(tmp_path / "missing.jsonl"))
    empty = await gancang("publish", "-", stdin="\n")
    rubbish = await gancang("publish", "-", stdin="rubbish\n")
    binary = tmp_path / "picture.png"
    binary.write_bytes(b"\x89PNG\xff")
    not_text = await gancang("publish", str(binary))

    assert [missing.returncode, empty.returncode, rubbish.returncode, not_text.returncode] == [2, 2, 2, 2]
    assert missing.stderr.endswith("missing.jsonl: No such file or directory\n")


async def test_a_broker_without_our_exchanges_is_one_line(gancang: Gancang) -> None:
    done = await gancang("publish", "-", stdin=a_line("a"))

    assert done.returncode == 2
    assert done.stderr == "gancang: the broker has no exchange gancang.requests: gancang topology apply\n"
