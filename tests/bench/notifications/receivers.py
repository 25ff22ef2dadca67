"""A mail server and an SMS gateway that accept everything at the speed of a socket, in their own process."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import uvloop

HOST = "127.0.0.1"
IDS = re.compile(rb"(?:Message-ID: <|Idempotency-Key: )([^@\r\n]+)", re.IGNORECASE)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@dataclass(frozen=True, slots=True)
class Receivers:
    """Ports, and `count`, which asks how many distinct ids have come in since it was asked last."""

    smtp: int
    http: int
    process: subprocess.Popen[bytes]

    def count(self) -> int:
        """Distinct ids since the last time."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"?\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def receiving() -> Iterator[Receivers]:
    """Both at work until the end of the block."""
    command = [sys.executable, "-m", "tests.bench.notifications.receivers"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    smtp, http = (int(port) for port in process.stdout.readline().split())
    try:
        yield Receivers(smtp, http, process)
    finally:
        process.terminate()
        process.communicate()


class Smtp(asyncio.Protocol):
    """As much of RFC 5321 as a sender needs that makes no mistakes."""

    def __init__(self, ids: set[bytes]) -> None:
        self._ids = ids
        self._buffer = b""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 ready\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = b"\r\n.\r\n" if self._in_data else b"\r\n"
        while end in self._buffer:
            piece, _, self._buffer = self._buffer.partition(end)
            self._transport.write(self._taken(piece) if self._in_data else self._answer(piece[:4].upper()))
            end = b"\r\n.\r\n" if self._in_data else b"\r\n"

    def _taken(self, mail: bytes) -> bytes:
        self._in_data = False
        self._ids.update(IDS.findall(mail))
        return b"250 OK\r\n"

    def _answer(self, verb: bytes) -> bytes:
        self._in_data = verb == b"DATA"
        return {b"EHLO": b"250 here\r\n", b"DATA": b"354 go on\r\n"}.get(verb, b"250 OK\r\n")


class Http(asyncio.Protocol):
    """Answers each request that has a length."""

    def __init__(self, ids: set[bytes]) -> None:
        self._ids = ids
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (at := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:at]
            length = int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE)[1])  # type: ignore[index]
            if len(self._buffer) < at + 4 + length:
                return
            self._buffer = self._buffer[at + 4 + length :]
            self._ids.update(IDS.findall(head))
            self._transport.write(OK)


async def _serve() -> None:
    ids: set[bytes] = set()
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(lambda kind=kind: kind(ids), HOST, 0) for kind in (Smtp, Http)]  # type: ignore[misc]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(len(ids), flush=True)
        ids.clear()


if __name__ == "__main__":
    uvloop.run(_serve())
