"""Writes letters as e-mail: plain text and HTML in 7-bit encoding, which every server accepts.

Uses the older interface of Python's email package: the newer one parses and folds each header by the grammar
of RFC 5322, which costs more than rendering and sending together.
"""

from __future__ import annotations

from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from typing import cast

from services.notifications.domain.channels.contact import is_mail_address
from services.notifications.ports import AddressRefused, Letter

ON_THE_WIRE = compat32.clone(linesep="\r\n", max_line_length=76)
UTF8 = Charset("utf-8")
UTF8.body_encoding = QP


def mail_of(letter: Letter, sender: str, sender_name: str) -> bytes:
    """The mail; its Message-ID is the notification's id.

    Raises `AddressRefused` for an address that no header can hold.
    """
    if not is_mail_address(letter.address):
        raise AddressRefused("not_an_address")
    mail = MIMEMultipart("alternative", boundary=f"=_{letter.id}")
    del mail["MIME-Version"]
    for name, value in _headers(letter, sender, sender_name):
        mail[name] = value
    for subtype, content in (("plain", letter.text.body), ("html", letter.text.html)):
        mail.attach(_part(content, subtype))
    return mail.as_bytes(policy=ON_THE_WIRE)


def _headers(letter: Letter, sender: str, sender_name: str) -> list[tuple[str, str]]:
    domain = sender.rpartition("@")[2]
    return [
        ("MIME-Version", "1.0"),
        ("Message-ID", f"<{letter.id}@{domain}>"),
        ("Date", format_datetime(letter.written_at)),
        ("From", formataddr((sender_name, sender))),
        ("To", letter.address),
        ("Subject", _in_ascii(letter.text.subject)),
        ("Content-Language", letter.text.language),
        ("Auto-Submitted", "auto-generated"),
    ]


def _in_ascii(text: str) -> str:
    return (
        text
        if text.isascii()
        else Header(text, "utf-8", maxlinelen=76, header_name="Subject").encode(linesep="\r\n")
    )


def _part(content: str, subtype: str) -> Message:
    part = MIMEText(
        content, subtype, cast("str", UTF8)
    )  # a Charset carries how the body is written, a name does not
    del part["MIME-Version"]
    return part
