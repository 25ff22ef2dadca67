"""The inbox of everyone in the town: an SMTP server that counts how often each mail came to each address."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

CODE = re.compile(r"(?<![\d.,-])\d{6}(?![\d-])")
LOOPBACK = "127.0.0.1"
HOST_NAME = "mail.invalid"


class Mailbox:
    """Listens while used as an async context manager. `folder`: where mails are kept as files."""

    def __init__(self, port: int = 0, folder: Path | None = None) -> None:
        self._requested_port = port
        self._folder = folder
        self._server: asyncio.Server | None = None
        self.received: dict[str, Counter[str]] = defaultdict(Counter)
        self.codes: dict[str, str] = {}

    @property
    def host(self) -> str:
        """The address it listens on."""
        return LOOPBACK

    @property
    def port(self) -> int:
        """The port it listens on; 0 before it does."""
        return self._server.sockets[0].getsockname()[1] if self._server is not None else 0

    @property
    def count(self) -> int:
        """Mails received, a repeated one counted again."""
        return sum(sum(ids.values()) for ids in self.received.values())

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname=HOST_NAME, enable_SMTPUTF8=True, loop=loop),
            LOOPBACK,
            self._requested_port,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Accept a mail and count it for each recipient."""
        content = (
            envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        )
        mail = message_from_bytes(content)
        for recipient in envelope.rcpt_tos:
            self.received[recipient][mail.get("Message-ID", "").strip()] += 1
            self._look_for_code(recipient, mail)
        if self._folder is not None:
            (self._folder / f"{self.count:06d}.eml").write_bytes(content)
        return "250 OK"

    def code(self, address: str) -> str | None:
        """The newest one-time code in the mails to an address, None when there is none."""
        return self.codes.get(address)

    def _look_for_code(self, recipient: str, mail: Message[str, str]) -> None:
        for part in mail.walk():
            text = part.get_payload(decode=True) if part.get_content_type() == "text/plain" else None
            if isinstance(text, bytes) and (found := CODE.search(text.decode("utf-8", "replace"))):
                self.codes[recipient] = found.group()
