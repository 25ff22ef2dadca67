"""Finds what the same person is told of later states of the same order."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications.domain.notification import Notification
from services.runtime.storage.database import Collection, raising_database_away

MOST = 50


@dataclass(frozen=True, slots=True)
class MongoLaterNotifications:
    """Asked only about what did not go out at once, so a prompt notification costs no read."""

    notifications: Collection

    async def templates_after(self, notification: Notification) -> list[str]:
        """Their templates; none if the event's sequence is unknown. Raises `DatabaseAway`."""
        if notification.cause.sequence is None:
            return []
        where = {
            "state.thread": {"$eq": notification.thread},
            "state.cause.sequence": {"$gt": notification.cause.sequence},
        }
        with raising_database_away("later notifications"):
            rows = await self.notifications.find(where, {"state.template": 1}).limit(MOST).to_list(MOST)
        return [row["state"]["template"] for row in rows]
