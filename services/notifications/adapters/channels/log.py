"""The channel of last resort: a line in the log, with ids only."""

from __future__ import annotations

import structlog

from services.notifications.domain.notification import Notification

log = structlog.get_logger()


class StructlogChannel:
    """Whoever watches the log sees that somebody could not be reached by any other way."""

    def note(self, notification: Notification) -> None:
        """Write the line."""
        log.info(
            "notification.logged",
            notification=notification.id,
            order_id=notification.cause.order_id,
            cause=notification.cause.id,
            role=notification.role,
            recipient=notification.recipient_id,
            template=notification.template,
        )
