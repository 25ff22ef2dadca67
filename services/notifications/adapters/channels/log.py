"""The log channel: one line, with ids only, for a recipient whom no other channel reaches."""

from __future__ import annotations

import structlog

from services.notifications.domain.notification import Notification

log = structlog.get_logger()


class StructlogChannel:
    """Shows in the log who could not be told by any other channel."""

    def note(self, notification: Notification) -> None:
        """Write the line."""
        log.info(
            "notification.logged",
            notification=notification.id,
            order_id=notification.cause.order_id,
            cause=notification.cause.id,
            role=notification.audience,
            recipient=notification.recipient_id,
            template=notification.template,
        )
