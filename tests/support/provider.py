"""A provider's HTTP stand-in on a real socket: checks requests, can be slow, busy, broken, lose answers."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "127.0.0.1"
NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """`after`: seconds.

    `how`: answer, drop (take it, answer nothing, close), reset (take it, cut the connection).
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0
    how: str = "answer"


DROPPED, RESET = Answer(how="drop"), Answer(how="reset")


class ProviderStandIn:
    """`check` names the inbox that a request is for.

    It raises `AssertionError` for a request that is not of the documented form. `inbox`: for each address the
    ids that were taken, repeats counted. Answers come from `script` first, one a request, then from
    `default`; of `every` requests one is lost after it was taken.
    """

    def __init__(
        self, check: Callable[[Request], tuple[str, str]], default: Answer | None = None, every: int = 0
    ) -> None:
        self.check = check
        self.default = default or Answer(200, {})
        self.script: deque[Answer] = deque()
        self.for_address: dict[str, Answer] = {}
        self.every = every
        self.requests: list[Request] = []
        self.wrong: list[str] = []
        self.inbox: dict[str, Counter[str]] = {}
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def ids(self) -> dict[str, set[str]]:
        return {address: set(ids) for address, ids in self.inbox.items()}

    async def start(self) -> None:
        """Listen on the same port as before."""
        self._server = await asyncio.start_server(self._talk, HOST, self.port)

    async def stop(self) -> None:
        """Drop every connection and listen no more."""
        assert self._server is not None
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                if not await self._answer(request, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection goes on."""
        try:
            address, message_id = self.check(request)
        except (AssertionError, LookupError, ValueError) as error:
            self.wrong.append(f"{type(error).__name__}: {error}")
            return await _write(writer, Answer(400, {"error": "not of the documented form"}))
        answer = self._next(address)
        if answer.status < 300:
            self.inbox.setdefault(address, Counter())[message_id] += 1
        await asyncio.sleep(answer.after)
        if answer.how == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            writer.transport.abort()
        return answer.how == "answer" and await _write(writer, answer)

    def _next(self, address: str) -> Answer:
        if self.script:
            return self.script.popleft()
        if self.every and len(self.requests) % self.every == 0:
            return DROPPED
        return self.for_address.get(address, self.default)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Request(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


async def _write(writer: asyncio.StreamWriter, answer: Answer) -> bool:
    body = b"" if answer.body is None else json.dumps(answer.body).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body)), **answer.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {answer.status} X\r\n{lines}\r\n".encode("latin-1") + body)
    await writer.drain()
    return True
