"""How notifications are stored in MongoDB."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from services.notifications.adapters.storage import SOURCE
from services.notifications.domain.attempts import Attempt, Result, SourceEvent
from services.notifications.domain.channels.contact import SkippedChannel, SkipReason
from services.notifications.domain.lease import SendStatus
from services.notifications.domain.notification import Notification
from services.runtime.clock import real_now
from services.runtime.storage.kind import Kind

Document = dict[str, Any]
KEEP_HISTORY = 50


def notification_kind(retention: timedelta) -> Kind[Notification]:
    """One document for each event and recipient; removed `retention` (real time) after its end."""

    def timers(state: Notification) -> dict[str, datetime]:
        if state.due is None:
            return {}
        return {"lease" if state.status is SendStatus.SENDING else "send": state.due}

    return Kind(
        name="notification",
        collection="notifications",
        source=SOURCE,
        encode=_encode,
        decode=_decode,
        timers=timers,
        expires=lambda state: real_now() + retention if state.ended else None,
        keep_history=KEEP_HISTORY,
        indexes=("state.thread", "state.perhaps_twice"),
    )


def _encode(notification: Notification) -> Document:
    document = {
        "role": notification.audience,
        "recipient_id": notification.recipient_id,
        "template": notification.template,
        "parameters": dict(notification.parameters),
        "cause": asdict(notification.cause),
        "created_at": notification.created_at,
        "status": notification.status.value,
        "due": notification.due,
        "claims": notification.claims,
        "channel": notification.channel,
        "reason": notification.reason,
        "attempts": [_encode_attempt(attempt) for attempt in notification.attempts],
        "id": notification.id,
        "roles": list(notification.contact_roles),
        "thread": notification.thread,
        "doubts": notification.doubts,
    }
    if notification.doubts and notification.status is SendStatus.SENT:
        document["perhaps_twice"] = True
    return document


def _encode_attempt(attempt: Attempt) -> Document:
    skipped = [{"kind": skip.kind, "reason": skip.reason.value} for skip in attempt.skipped]
    return {
        "at": attempt.at,
        "channel": attempt.channel,
        "result": attempt.result.value,
        "skipped": skipped,
        "detail": attempt.detail,
        "doubtful": attempt.doubtful,
        "trial": attempt.probe,
    }


def _decode(document: Document) -> Notification:
    return Notification(
        id=document["id"],
        audience=document["role"],
        recipient_id=document["recipient_id"],
        template=document["template"],
        parameters=document["parameters"],
        cause=SourceEvent(**document["cause"]),
        created_at=document["created_at"],
        status=SendStatus(document["status"]),
        due=document["due"],
        claims=document["claims"],
        channel=document["channel"],
        reason=document["reason"],
        attempts=tuple(_decode_attempt(row) for row in document["attempts"]),
        contact_roles=tuple(document.get("roles", ())),
        doubts=document.get("doubts", 0),
    )


def _decode_attempt(document: Document) -> Attempt:
    return Attempt(
        at=document["at"],
        channel=document["channel"],
        result=Result(document["result"]),
        skipped=tuple(SkippedChannel(row["kind"], SkipReason(row["reason"])) for row in document["skipped"]),
        detail=document["detail"],
        doubtful=document.get("doubtful", False),
        probe=document.get("trial", False),
    )
