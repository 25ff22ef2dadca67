"""How contacts and notifications are kept in MongoDB."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from services.notifications.domain.attempts import Attempt, Cause, Result, Status
from services.notifications.domain.channels.contact import Contact, SealedChannel, Skip, SkipReason
from services.notifications.domain.notification import Notification
from services.notifications.sending.notification_store import SOURCE
from services.runtime.clock import real_now
from services.runtime.storage.aggregates import Kind

Document = dict[str, Any]

KEEP_SEEN, KEEP_HISTORY = 200, 50


def contacts(retention: timedelta) -> Kind[Contact]:
    """Long-lived: the last repeats are remembered, older ones are harmless because of `as_of`.

    Removed `retention` (real time) after it was last written; the receipt of an erasure stays.
    """
    return Kind(
        name="contact",
        collection="contacts",
        source=SOURCE,
        encode=_encode_contact,
        decode=_decode_contact,
        timers=lambda _: {},
        expires=lambda state: None if state.is_erased else real_now() + retention,
        keep_seen=KEEP_SEEN,
        keep_history=KEEP_HISTORY,
    )


def notifications(retention: timedelta) -> Kind[Notification]:
    """One document per event and recipient; removed `retention` (real time) after it has ended."""

    def timers(state: Notification) -> dict[str, datetime]:
        return {} if state.due is None else {"lease" if state.status is Status.SENDING else "send": state.due}

    return Kind(
        name="notification",
        collection="notifications",
        source=SOURCE,
        encode=_encode_notification,
        decode=_decode_notification,
        timers=timers,
        expires=lambda state: real_now() + retention if state.ended else None,
        keep_history=KEEP_HISTORY,
        indexes=("state.thread", "state.perhaps_twice"),
    )


def _encode_contact(contact: Contact) -> Document:
    return {
        "recipient_id": contact.recipient_id,
        "role": contact.role,
        "locale": contact.locale,
        "as_of": contact.as_of,
        "channels": [_encode_channel(channel) for channel in contact.channels],
        "name": contact.name,
        "muted": sorted(contact.muted),
        "life": contact.life,
        "erased_at": contact.erased_at,
    }


def _encode_channel(channel: SealedChannel) -> Document:
    return {"kind": channel.kind, "address": channel.address} | ({"refused": True} if channel.refused else {})


def _decode_contact(document: Document) -> Contact:
    return Contact(
        recipient_id=document["recipient_id"],
        role=document["role"],
        locale=document["locale"],
        as_of=document["as_of"],
        channels=tuple(
            SealedChannel(row["kind"], bytes(row["address"]), row.get("refused", False))
            for row in document["channels"]
        ),
        name=None if document["name"] is None else bytes(document["name"]),
        muted=frozenset(document["muted"]),
        life=document.get("life", 0),
        erased_at=document.get("erased_at"),
    )


def _encode_notification(notification: Notification) -> Document:
    document = {
        "role": notification.role,
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
        "roles": list(notification.roles),
        "thread": notification.thread,
        "doubts": notification.doubts,
    }
    if notification.doubts and notification.status is Status.SENT:
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
        "trial": attempt.trial,
    }


def _decode_notification(document: Document) -> Notification:
    return Notification(
        id=document["id"],
        role=document["role"],
        recipient_id=document["recipient_id"],
        template=document["template"],
        parameters=document["parameters"],
        cause=Cause(**document["cause"]),
        created_at=document["created_at"],
        status=Status(document["status"]),
        due=document["due"],
        claims=document["claims"],
        channel=document["channel"],
        reason=document["reason"],
        attempts=tuple(_decode_attempt(row) for row in document["attempts"]),
        roles=tuple(document.get("roles", ())),
        doubts=document.get("doubts", 0),
    )


def _decode_attempt(document: Document) -> Attempt:
    skipped = tuple(Skip(row["kind"], SkipReason(row["reason"])) for row in document["skipped"])
    result, doubtful, trial = (
        Result(document["result"]),
        document.get("doubtful", False),
        document.get("trial", False),
    )
    return Attempt(document["at"], document["channel"], result, skipped, document["detail"], doubtful, trial)
