"""A real SMTP server (aiosmtpd) whose inbox a test can read, and that can refuse, stall, or be away."""

from __future__ import annotations

import asyncio
import socket
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any, Self, cast

from aiosmtpd.smtp import SMTP

if TYPE_CHECKING:
    from email.message import EmailMessage

HOST = "127.0.0.1"


class Mailbox:
    """Listens while used as an async context manager; `stop` and `start` take it away and bring it back."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.addresses: list[str] = []
        self.connections = 0
        self.answers: dict[str, list[str]] = {}
        self.accepts = asyncio.Event()
        self.accepts.set()
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._open: set[SMTP] = set()

    @property
    def ids(self) -> set[str]:
        """The distinct Message-IDs of what has come in."""
        return {mail["Message-ID"] for mail in self.mails}

    def text(self, number: int = -1) -> str:
        """The plain text of a mail."""
        plain = self.mails[number].get_body(("plain",))
        assert plain is not None
        return str(plain.get_content()).replace("\r\n", "\n")

    def answer(self, address: str, *answers: str) -> None:
        """Say these to RCPT for the address, one after the other; then accept it."""
        self.answers[address] = list(answers)

    async def start(self) -> None:
        """Listen on the same port as before."""
        self._server = await asyncio.get_running_loop().create_server(self._session, HOST, self.port)

    async def stop(self) -> None:
        """Drop every connection and listen no more."""
        assert self._server is not None
        self._server.close()
        for session in self._open:
            if session.transport is not None:
                cast("asyncio.WriteTransport", session.transport).abort()
        self._open.clear()
        await self._server.wait_closed()

    async def handle_RCPT(  # noqa: N802  the name that aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        waiting = self.answers.get(address)
        if waiting:
            return waiting.pop(0)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        self.addresses.extend(envelope.rcpt_tos)
        await self.accepts.wait()
        return "250 OK"

    def _session(self) -> SMTP:
        self.connections += 1
        session = SMTP(self, hostname="mail.test", enable_SMTPUTF8=False)
        self._open.add(session)
        return session

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
