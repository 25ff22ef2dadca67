"""Webhooks for the command line: list them, list what was posted, replay a range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notifications.adapters.storage.webhooks import DELIVERIES, WEBHOOKS
from services.notifications.domain.lease import SendStatus
from services.runtime.storage.database import Collection, Database, raising_database_away

ENDED = (SendStatus.SENT.value, SendStatus.FAILED.value)
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Range:
    """Deliveries of one agency that were opened from `since` on and before `until`."""

    agency_id: str
    since: datetime
    until: datetime
    failed_only: bool = False

    def where(self) -> Document:
        """The database filter; only deliveries that have ended."""
        statuses = [SendStatus.FAILED.value] if self.failed_only else list(ENDED)
        return {
            "state.agency_id": {"$eq": self.agency_id},
            "state.created_at": {"$gte": self.since, "$lt": self.until},
            "state.status": {"$in": statuses},
        }


class WebhookLog:
    """Reads the service's documents; writes only for a replay. All methods raise `DatabaseAway`."""

    def __init__(self, store: Database) -> None:
        self._webhooks: Collection = store[WEBHOOKS]
        self._deliveries: Collection = store[DELIVERIES]
        self._secrets: Collection = store["webhook_secrets"]

    async def webhooks(self) -> list[Document]:
        """All webhooks, with the host instead of the URL and the number of secrets instead of the secrets."""
        with raising_database_away("webhooks"):
            rows = await self._webhooks.find({}).sort("_id", 1).to_list(None)
            secrets = {row["_id"]: len(row["secrets"]) for row in await self._secrets.find({}).to_list(None)}
        return [
            {
                "agency_id": row["_id"],
                "host": row["state"]["host"],
                "types": row["state"]["types"],
                "services": row["state"]["services"],
                "disabled": row["state"]["disabled"],
                "secrets": secrets.get(row["_id"], 0),
            }
            for row in rows
        ]

    async def deliveries(self, agency_id: str, limit: int) -> list[Document]:
        """The newest first, without the body."""
        with raising_database_away("webhook deliveries"):
            found = self._deliveries.find({"state.agency_id": {"$eq": agency_id}}, {"state.body": 0})
            rows = await found.sort("state.created_at", -1).limit(limit).to_list(limit)
        return [_row(row["state"]) for row in rows]

    async def count(self, wanted: Range) -> int:
        """How many deliveries a replay would post again."""
        with raising_database_away("webhook deliveries"):
            return int(await self._deliveries.count_documents(wanted.where()))

    async def replay(self, wanted: Range, now: datetime) -> int:
        """Make them due again with fresh tries and the same ids, so that the service posts them.

        Returns how many.
        """
        fresh = {
            "state.status": SendStatus.PENDING.value,
            "state.due": now,
            "state.tries": 0,
            "state.reason": None,
        }
        timer = {"next_due": now, "timers": [{"name": "send", "due": now}]}
        update = {"$set": {**fresh, **timer}, "$inc": {"version": 1}, "$unset": {"expires_at": ""}}
        with raising_database_away("replay of webhooks"):
            written = await self._deliveries.update_many(wanted.where(), update)
        return int(written.modified_count)


def _row(state: Document) -> Document:
    last = state["attempts"][-1] if state["attempts"] else None
    return {
        "event_id": state["event_id"],
        "type": state["event_type"],
        "order_id": state["order_id"],
        "opened": state["created_at"].isoformat(),
        "status": state["status"],
        "attempts": len(state["attempts"]),
        "last": None if last is None else last["detail"],
        "next": None if state["due"] is None else state["due"].isoformat(),
    }
