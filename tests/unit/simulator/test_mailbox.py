"""The inbox speaks SMTP and counts ids."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING

import aiosmtplib

from services.simulator.channels.mailbox import Mailbox

if TYPE_CHECKING:
    from pathlib import Path


def a_mail(message_id: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "gancang@example.org", "ayu@example.org", message_id
    mail.set_content("Pak Slamet sedang menuju ke tempat Anda.")
    return mail


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_mails_are_counted_by_recipient_and_id(tmp_path: Path) -> None:
    async with Mailbox(folder=tmp_path) as mailbox:
        for message_id in ("<a@x>", "<a@x>", "<b@x>"):
            await aiosmtplib.send(a_mail(message_id), hostname=mailbox.host, port=mailbox.port)

        assert mailbox.received["ayu@example.org"] == {"<a@x>": 2, "<b@x>": 1}
        assert mailbox.count == 3
    assert names_in(tmp_path) == ["000001.eml", "000002.eml", "000003.eml"]
