"""`gancang notifications log` on what the notifications service wrote."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from services.notifications.adapters.storage.notifications import notification_kind
from services.notifications.domain.attempts import AttemptResult, Result
from services.runtime.storage import database
from tests.support.builders import NOW
from tests.support.telling import RETRIES, a_notification

if TYPE_CHECKING:
    from services.notifications.domain.notification import Notification
    from tests.support.command_line import Gancang

LOST = AttemptResult(Result.UNAVAILABLE, "sms", detail="ReadTimeout", doubtful=True)
SENT = AttemptResult(Result.SENT, "sms")


async def put(database_uri: str, *notifications: Notification) -> None:
    kind = notification_kind(timedelta(days=1))
    client = database.connect(database_uri)
    rows = [
        {"_id": notification.id, "version": 1, "state": kind.encode(notification)}
        for notification in notifications
    ]
    await database.database_of(client)[kind.collection].insert_many(rows)
    client.close()


async def test_the_log_lists_attempts_and_who_may_have_been_told_twice(
    gancang: Gancang, database_uri: str
) -> None:
    plain = a_notification(id="n-1").settled(SENT, NOW, RETRIES, jitter=0)
    doubtful = (
        a_notification(id="n-2", recipient_id="c-2")
        .settled(LOST, NOW, RETRIES, jitter=0)
        .settled(SENT, NOW, RETRIES, jitter=0)
    )
    await put(database_uri, plain, doubtful)

    everything = await gancang("notifications", "log", "--order", "o-1", "--json")
    twice = await gancang("notifications", "log", "--twice")

    rows = {row["notification_id"]: row for row in json.loads(everything.stdout)}
    assert rows.keys() == {"n-1", "n-2"}
    assert [attempt["detail"] for attempt in rows["n-2"]["attempts"]] == ["ReadTimeout", None]
    assert [row["perhaps_twice"] for row in rows.values()].count(True) == 1
    assert "c-2" in twice.stdout
    assert "c-1" not in twice.stdout
