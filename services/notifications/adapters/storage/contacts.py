"""How contacts are stored in MongoDB."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.notifications.adapters.storage import SOURCE
from services.notifications.domain.channels.contact import Contact, SealedChannel
from services.runtime.clock import real_now
from services.runtime.storage.kind import Kind

Document = dict[str, Any]
KEEP_SEEN, KEEP_HISTORY = 200, 50


def contact_kind(retention: timedelta) -> Kind[Contact]:
    """One document for each contact; removed `retention` (real time) after its last write.

    The rest of an erased contact stays. Only the last repeats are remembered; older ones have no effect
    because of `as_of`.
    """
    return Kind(
        name="contact",
        collection="contacts",
        source=SOURCE,
        encode=_encode,
        decode=_decode,
        timers=lambda _: {},
        expires=lambda state: None if state.is_erased else real_now() + retention,
        keep_seen=KEEP_SEEN,
        keep_history=KEEP_HISTORY,
    )


def _encode(contact: Contact) -> Document:
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


def _decode(document: Document) -> Contact:
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
