"""An agency's HTTP server, a real one: it can be slow, busy, broken, cut the line, or point elsewhere."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Self

HOST = "127.0.0.1"
RESET, STALL = "reset", "stall"


@dataclass(frozen=True, slots=True)
class Post:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`answers` of a path are given one after the other, then 204.

    An answer is a status, `RESET`, `STALL`, or a whole head.
    """

    posts: list[Post] = field(default_factory=list)
    answers: defaultdict[str, list[int | str]] = field(default_factory=lambda: defaultdict(list))
    stalled: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def url(self, path: str = "/hook", host: str = HOST) -> str:
        """As an agency would register it."""
        return f"http://{host}:{self.port}{path}"

    def at(self, path: str) -> list[Post]:
        """What came in there."""
        return [post for post in self.posts if post.path == path]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {
                    name.lower(): value
                    for name, _, value in (line.partition(": ") for line in head[1:] if line)
                }
                post = Post(
                    head[0].split(" ")[1], headers, await reader.readexactly(int(headers["content-length"]))
                )
                self.posts.append(post)
                waiting = self.answers[post.path]
                answer = waiting.pop(0) if waiting else 204
                if answer == RESET:
                    writer.transport.abort()
                    return
                if answer == STALL:
                    await self.stalled.wait()
                    return
                line = f"HTTP/1.1 {answer} said" if isinstance(answer, int) else answer
                writer.write(f"{line}\r\ncontent-length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self.stalled.set()
        self._server.close()
        await self._server.wait_closed()
