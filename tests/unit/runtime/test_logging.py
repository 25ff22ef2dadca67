"""What a log line tells of an error: where and of which class, never a value of the message."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import pytest

from services.runtime.errors import DatabaseAway
from services.runtime.process.tracebacks import traceback_of

ADDRESS = "ayu@example.org"

PROGRAM = """
import asyncio, logging as stdlib
import structlog
from services.runtime.process import logging
from services.runtime.errors import Conflict

logging.configure("STYLE", "INFO", "orders")
log = structlog.get_logger()
address = "@".join(("ayu", "example.org"))  # newer Pythons show the source of a frame
try:
    {}[address]
except KeyError as error:
    log.exception("ours.raised")
    log.error("ours.given", exc_info=error)
    stdlib.getLogger("some.library").exception("theirs")
try:
    raise Conflict("order", "o-1")
except Conflict:
    log.exception("ours.own")

async def forgotten():
    async def failing():
        raise ValueError(address)
    asyncio.ensure_future(failing())
    await asyncio.sleep(0)

asyncio.run(forgotten())
"""


def logged(style: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("STYLE", style)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stderr


@pytest.mark.parametrize("style", ["json", "console"])
def test_an_error_is_logged_with_class_and_frames_and_without_its_text(style: str) -> None:
    written = logged(style)

    assert ADDRESS not in written
    assert written.count("KeyError") == 3
    assert "never retrieved" in written
    assert "order o-1 was changed by another writer" in written
    assert 'File \\"<string>\\"' in written or 'File "<string>"' in written


def test_each_json_line_is_one_object() -> None:
    lines = [json.loads(line) for line in logged("json").splitlines()]

    assert [line["event"] for line in lines][:3] == ["ours.raised", "ours.given", "theirs"]
    assert all("Traceback" in line["exception"] for line in lines[:4])


def test_a_cause_is_told_in_the_same_way() -> None:
    with pytest.raises(DatabaseAway) as raised:
        _away()

    text = traceback_of((DatabaseAway, raised.value, raised.value.__traceback__))

    assert ADDRESS not in text
    assert text.index("ConnectionResetError") < text.index("DatabaseAway: read")


def test_the_errors_of_a_group_are_told_too() -> None:
    group = ExceptionGroup(ADDRESS, [ValueError(ADDRESS), asyncio.QueueFull(ADDRESS)])

    text = traceback_of((ExceptionGroup, group, None))

    assert "ValueError" in text
    assert "asyncio.queues.QueueFull" in text
    assert ADDRESS not in text


def _away() -> None:
    address = ADDRESS
    try:
        raise ConnectionResetError(address)
    except OSError as error:
        what = "read"
        raise DatabaseAway(what) from error
