"""Chooses a person's channel in the order of the row; skips muted, refused, spent, paused and quiet ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from services.notifications.domain.audience.table import RINGING
from services.notifications.domain.channels.contact import Contact, SealedChannel, SkippedChannel, SkipReason


@dataclass(frozen=True, slots=True)
class Choice:
    """The channel to use, or None; the channels skipped before it; when to look again, if waiting helps."""

    channel: SealedChannel | None
    skipped: tuple[SkippedChannel, ...] = ()
    wait_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """`available`: kinds that are configured.

    `paused`: kinds whose circuit is open, until when. `quiet_until`: it is night.
    """

    available: AbstractSet[str]
    paused: Mapping[str, datetime] = field(default_factory=dict)
    quiet_until: datetime | None = None


def choose(contact: Contact, order: Sequence[str], spent: AbstractSet[str], now: Conditions) -> Choice:
    """The first usable channel; several of one kind in the person's own order.

    `spent`: kinds that failed often enough.
    """
    skipped: list[SkippedChannel] = []
    waits: list[datetime] = []
    for channel in _in_order(contact, order):
        reason, until = _obstacle(channel, contact, order, spent, now)
        if reason is None:
            return Choice(channel, tuple(skipped))
        skipped.append(SkippedChannel(channel.kind, reason))
        if until is not None:
            waits.append(until)
    return Choice(None, tuple(skipped), min(waits, default=None))


def _in_order(contact: Contact, order: Sequence[str]) -> Iterator[SealedChannel]:
    positions = {kind: position for position, kind in enumerate(order)}
    yield from sorted(contact.channels, key=lambda channel: positions.get(channel.kind, len(positions)))


def _obstacle(
    channel: SealedChannel,
    contact: Contact,
    order: Sequence[str],
    spent: AbstractSet[str],
    now: Conditions,
) -> tuple[SkipReason | None, datetime | None]:
    """Why this channel cannot be used, and until when; None: for the rest of this notification's life."""
    lasting = {
        SkipReason.MUTED: channel.kind in contact.muted,
        SkipReason.UNSUPPORTED: channel.kind not in now.available or channel.kind not in order,
        SkipReason.REFUSED: channel.refused,
        SkipReason.SPENT: channel.kind in spent,
    }
    for reason, holds in lasting.items():
        if holds:
            return reason, None
    if now.quiet_until is not None and channel.kind in RINGING:
        return SkipReason.QUIET, now.quiet_until
    paused = now.paused.get(channel.kind)
    return (None, None) if paused is None else (SkipReason.PAUSED, paused)
