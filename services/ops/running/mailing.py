"""Where notifications send mail in an embedded set-up: an inbox in our own process."""

from __future__ import annotations

from services.simulator.channels.mailbox import Mailbox


def mail_settings(mailbox: Mailbox) -> dict[str, str]:
    """The variables that make notifications deliver to this mailbox."""
    return {
        "GANCANG_NOTIFICATIONS_SMTP_HOST": mailbox.host,
        "GANCANG_NOTIFICATIONS_SMTP_PORT": str(mailbox.port),
        "GANCANG_NOTIFICATIONS_SMTP_TLS": "none",
    }
