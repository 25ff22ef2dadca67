"""E-mail over SMTP. Only the codes of the server's answers are passed on: their text may repeat addresses.

Connections are kept, because a TLS handshake and a login cost more than the letter. One letter uses a
connection at a time; there are as many as the pool has workers, so no lock is needed. A kept connection that
the server has dropped fails at MAIL, before the letter; then a new one is opened, so this can never send
twice.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from time import monotonic

from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPResponseException, SMTPSenderRefused

from services.notifications.adapters.channels.mail import mail_of
from services.notifications.ports import AddressRefused, ChannelUnavailable, Letter

PERMANENT = 500
MAILBOX_FULL = 552
NO_SUCH_MAILBOX = frozenset({550, 551, 553})
ANOTHER_REASON = re.compile(
    r"5\.(?!1\.)\d+\.\d+"
)  # RFC 3463: 5.1.x is about the address, 5.7.1 says that we may not relay


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """The mail server. `tls`: none, starttls or tls (from the first byte). `ca`: file of its authority."""

    host: str
    port: int
    tls: str
    user: str
    password: str
    timeout_s: float
    idle_s: float
    ca: str | None = None


class SmtpChannel:
    """Mail from one sender through one server."""

    def __init__(self, server: SmtpServer, sender: str, sender_name: str) -> None:
        self._server = server
        self._sender = sender
        self._sender_name = sender_name
        self._domain = sender.rpartition("@")[2]
        self._kept: list[tuple[SMTP, float]] = []
        self._closed = False

    async def send(self, letter: Letter) -> None:
        """Return when the server accepted the letter. Raises `AddressRefused` or `ChannelUnavailable`."""
        body = mail_of(letter, self._sender, self._sender_name)
        client, handed_over = await self._begun(), False
        try:
            await client.rcpt(letter.address)
            handed_over = True
            await client.data(body)
        except SMTPResponseException as error:
            await self._keep_after_refusal(client)
            raise _refusal(error) from None
        except (SMTPException, OSError) as error:
            client.close()
            raise ChannelUnavailable(type(error).__name__, doubtful=handed_over) from None
        except BaseException:
            client.close()
            raise
        self._keep(client)

    async def run(self) -> None:
        """Close idle connections, until cancelled; then all."""
        self._closed = False
        try:
            while True:
                await asyncio.sleep(self._server.idle_s / 2)
                self._close_idle(self._server.idle_s)
        finally:
            self._closed = True
            self._close_idle(0)

    async def _begun(self) -> SMTP:
        """A connection on which the server accepted MAIL."""
        while self._kept:
            kept, _ = self._kept.pop()
            try:
                await kept.mail(self._sender)
            except (SMTPException, OSError):
                kept.close()
            except BaseException:
                kept.close()
                raise
            else:
                return kept
        return await self._fresh()

    async def _fresh(self) -> SMTP:
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            timeout=server.timeout_s,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            cert_bundle=server.ca,
            username=server.user or None,
            password=server.password or None,
            local_hostname=self._domain,
        )
        try:
            await client.connect()
            await client.mail(self._sender)
        except SMTPResponseException as error:
            client.close()
            raise ChannelUnavailable(f"smtp_{error.code}") from None
        except (SMTPException, OSError) as error:
            client.close()
            raise ChannelUnavailable(type(error).__name__) from None
        except BaseException:
            client.close()
            raise
        return client

    async def _keep_after_refusal(self, client: SMTP) -> None:
        try:
            await client.rset()
        except (SMTPException, OSError):
            client.close()
        except BaseException:
            client.close()
            raise
        else:
            self._keep(client)

    def _keep(self, client: SMTP) -> None:
        if self._closed or not client.is_connected:
            client.close()
        else:
            self._kept.append((client, monotonic()))

    def _close_idle(self, idle_s: float) -> None:
        since = monotonic() - idle_s
        for client, kept_at in self._kept:
            if kept_at <= since:
                client.close()
        self._kept = [kept for kept in self._kept if kept[1] > since]


def _refusal(error: SMTPResponseException) -> AddressRefused | ChannelUnavailable:
    """The error for an SMTP answer: `AddressRefused` only if it says that the mailbox does not exist."""
    if isinstance(error, SMTPSenderRefused):
        return ChannelUnavailable(f"smtp_{error.code}")
    if not isinstance(
        error, SMTPRecipientRefused
    ):  # the letter was refused; if its content is the reason, the next one may pass
        return ChannelUnavailable(f"smtp_{error.code}", provider_fault=error.code < PERMANENT)
    if error.code in NO_SUCH_MAILBOX and not ANOTHER_REASON.match(error.message.lstrip()):
        return AddressRefused(f"smtp_rcpt_{error.code}")
    return ChannelUnavailable(
        f"smtp_{error.code}", provider_fault=error.code >= PERMANENT and error.code != MAILBOX_FULL
    )
