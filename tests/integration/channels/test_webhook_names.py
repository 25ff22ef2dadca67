"""Names in agencies' URLs are looked up in separate threads, each name once at a time."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_network
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from services.notifications.adapters.webhooks.client import WebhookClient
from tests.support.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

SECRET = b"0" * 24
HERE = (ip_network("127.0.0.0/8"),)


class NameServer:
    """Names that begin with `hangs` are not answered until the end; `asked` counts the questions."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.end = Event()
        self._real = socket.getaddrinfo

    def getaddrinfo(self, host: str, *rest: Any, **more: Any) -> Any:
        self.asked.append(host)
        if host.startswith("hangs"):
            self.end.wait()
            raise socket.gaierror
        return self._real(host, *rest, **more)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    server = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server.getaddrinfo)
    yield server
    server.end.set()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


async def posted(client: WebhookClient, url: str) -> str:
    return (await client.post(url, "e-1", "{}", [SECRET])).detail


async def test_names_that_hang_delay_neither_other_names_nor_look_ups_of_our_own_servers(
    names: NameServer, receiver: Receiver
) -> None:
    client = WebhookClient(HERE, within_s=0.5)
    hanging = [asyncio.create_task(posted(client, f"http://hangs-{number}.test/")) for number in range(40)]
    await asyncio.sleep(0)

    answer = await posted(client, receiver.url(host="localhost"))
    ours = await asyncio.wait_for(asyncio.get_running_loop().getaddrinfo("localhost", 80), 5)

    assert answer == "204"
    assert ours
    assert set(await asyncio.gather(*hanging)) == {"timeout"}


async def test_a_name_that_hangs_is_looked_up_once_for_all_who_wait(names: NameServer) -> None:
    client = WebhookClient(HERE, within_s=0.5)

    details = await asyncio.gather(*(posted(client, "http://hangs.test/") for _ in range(20)))

    assert set(details) == {"timeout"}
    assert names.asked == ["hangs.test"]


async def test_a_name_is_looked_up_again_after_an_answer(names: NameServer, receiver: Receiver) -> None:
    client = WebhookClient(HERE, within_s=5)
    receiver.answers["/hook"] = ["HTTP/1.1 204 said\r\nconnection: close"] * 2

    details = [await posted(client, receiver.url(host="localhost")) for _ in range(2)]

    assert details == ["204", "204"]
    assert names.asked == ["localhost", "localhost"]
