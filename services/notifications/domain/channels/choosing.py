"""Which of a person's channels to use now: in the order of the row, past what is muted, refused, spent, paused or asleep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from services.notifications.domain.audience.table import RINGING
from services.notifications.domain.channels.contact import Contact, SealedChannel, Skip, SkipReason


@dataclass(frozen=True, slots=True)
class Choice:
    """The channel to use, or None; those before it that were passed over; when to look again, if waiting helps."""

    channel: SealedChannel | None
    skipped: tuple[Skip, ...] = ()
    wait_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """`available`: kinds that we can use at all; `paused`: kinds whose provider rests, until when; `quiet_until`: night."""

    available: AbstractSet[str]
    paused: Mapping[str, datetime] = field(default_factory=dict)
    quiet_until: datetime | None = None


def choose(contact: Contact, order: Sequence[str], spent: AbstractSet[str], now: Circumstances) -> Choice:
    """The first usable channel; several of one kind in the person's own order. `spent`: kinds that failed often enough."""
    skipped: list[Skip] = []
    waits: list[datetime] = []
    for channel in _in_order(contact, order):
        reason, until = _obstacle(channel, contact, order, spent, now)
        if reason is None:
            return Choice(channel, tuple(skipped))
        skipped.append(Skip(channel.kind, reason))
        if until is not None:
            waits.append(until)
    return Choice(None, tuple(skipped), min(waits, default=None))


def _in_order(contact: Contact, order: Sequence[str]) -> Iterator[SealedChannel]:
    places = {kind: place for place, kind in enumerate(order)}
    yield from sorted(contact.channels, key=lambda channel: places.get(channel.kind, len(places)))


def _obstacle(
    channel: SealedChannel,
    contact: Contact,
    order: Sequence[str],
    spent: AbstractSet[str],
    now: Circumstances,
) -> tuple[SkipReason | None, datetime | None]:
    """Why not this one, and until when: None for ever, as far as this notification is concerned."""
    for_ever = {
        SkipReason.MUTED: channel.kind in contact.muted,
        SkipReason.UNSUPPORTED: channel.kind not in now.available or channel.kind not in order,
        SkipReason.REFUSED: channel.refused,
        SkipReason.SPENT: channel.kind in spent,
    }
    for reason, holds in for_ever.items():
        if holds:
            return reason, None
    if now.quiet_until is not None and channel.kind in RINGING:
        return SkipReason.QUIET, now.quiet_until
    paused = now.paused.get(channel.kind)
    return (None, None) if paused is None else (SkipReason.PAUSED, paused)
