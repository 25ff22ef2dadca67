"""Mail to a real SMTP server, over TLS and with a login."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from services.notifications.adapters.channels.smtp import SmtpChannel, SmtpServer
from services.notifications.ports import AddressRefused, ChannelUnavailable
from tests.support.certificates import a_certificate
from tests.support.letters import a_letter
from tests.support.mailbox import Mailbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from email.message import EmailMessage
    from pathlib import Path
    from ssl import SSLContext

ADDRESS, USER, PASSWORD = "guest@example.org", "gancang", "a-password"


class Inbox:
    """What came in, and whether it came encrypted."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.encrypted: list[bool] = []
        self.logged_in: list[bool] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        self.logged_in.append(session.authenticated)
        return "250 OK"


def only_we(_server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any) -> AuthResult:
    right = isinstance(login, LoginPassword) and (login.login, login.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=right, handled=False)


@asynccontextmanager
async def serving(inbox: Inbox, context: SSLContext, tls: str) -> AsyncIterator[int]:
    """A server that requires TLS and a login; yields its port."""
    # aiosmtpd does not know that the socket is encrypted from the first byte, so it cannot ask for a login
    start_tls = {"tls_context": context, "require_starttls": True, "auth_required": True}
    wanted = start_tls if tls == "starttls" else {"auth_require_tls": False}

    def session() -> SMTP:
        return SMTP(inbox, hostname="mail.test", authenticator=only_we, **wanted)

    server = await asyncio.get_running_loop().create_server(
        session, "127.0.0.1", 0, ssl=context if tls == "tls" else None
    )
    yield server.sockets[0].getsockname()[1]
    server.close()
    await asyncio.sleep(0.05)  # the connections that the client has closed say good-bye


def a_channel(port: int, tls: str, ca: str | None, password: str = PASSWORD) -> SmtpChannel:
    server = SmtpServer("127.0.0.1", port, tls, USER, password, timeout_s=5, idle_s=5, ca=ca)
    return SmtpChannel(server, "gancang@gancang.test", "Gancang Banyuwangi")


async def sent(channel: SmtpChannel) -> None:
    """Send one letter and leave no connection open."""
    keeping = asyncio.create_task(channel.run())
    await asyncio.sleep(0)
    try:
        await channel.send(a_letter(ADDRESS))
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_a_letter_goes_out_encrypted_and_with_our_login(tls: str, tmp_path: Path) -> None:
    context, ca = a_certificate(tmp_path)
    inbox = Inbox()
    async with serving(inbox, context, tls) as port:
        await sent(a_channel(port, tls, ca))

    assert (inbox.encrypted, inbox.logged_in) == ([True], [True])
    assert inbox.mails[0]["Message-ID"] == "<n-1@gancang.test>"


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_a_server_with_an_untrusted_certificate_gets_no_letter_and_no_password(
    tls: str, tmp_path: Path
) -> None:
    context, _ = a_certificate(tmp_path)
    inbox = Inbox()
    async with serving(inbox, context, tls) as port:
        with pytest.raises(ChannelUnavailable) as caught:
            await sent(a_channel(port, tls, None))

    assert (inbox.mails, caught.value.doubtful) == ([], False)


async def test_a_wrong_password_makes_the_channel_unavailable(tmp_path: Path) -> None:
    context, ca = a_certificate(tmp_path)
    inbox = Inbox()
    async with serving(inbox, context, "starttls") as port:
        with pytest.raises(ChannelUnavailable, match="smtp_535") as caught:
            await sent(a_channel(port, "starttls", ca, "another"))

    assert (inbox.mails, caught.value.provider_fault) == ([], True)


async def test_a_letter_has_a_plain_and_an_html_form(tmp_path: Path) -> None:
    context, ca = a_certificate(tmp_path)
    inbox = Inbox()
    async with serving(inbox, context, "tls") as port:
        await sent(a_channel(port, "tls", ca))

    parts = {part.get_content_type(): part.get_content() for part in inbox.mails[0].iter_parts()}
    assert list(parts) == ["text/plain", "text/html"]
    assert all("Nomor polisi: P 4217 VX" in part for part in parts.values())
    assert inbox.mails[0]["Content-Language"] == "id"


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        ("550 5.1.1 no such user", True),
        ("550 nobody of that name", True),
        ("550 5.7.1 relaying denied", False),
        ("552 5.2.2 mailbox full", False),
        ("554 5.7.1 client host is on a list", False),
    ],
)
async def test_only_an_address_that_does_not_exist_counts_as_refused(answer: str, *, refused: bool) -> None:
    async with Mailbox() as mailbox:
        mailbox.answer(ADDRESS, answer)
        server = SmtpServer("127.0.0.1", mailbox.port, "none", "", "", timeout_s=5, idle_s=5)

        with pytest.raises(AddressRefused if refused else ChannelUnavailable):
            await sent(SmtpChannel(server, "gancang@gancang.test", "Gancang Banyuwangi"))
