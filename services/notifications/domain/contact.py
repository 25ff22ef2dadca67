"""How a person or party is reached. Name and addresses are sealed bytes here, never clear."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SkipReason(StrEnum):
    """Why a channel of a contact was not used."""

    MUTED = "muted"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class SealedChannel:
    """One way to reach somebody."""

    kind: str
    address: bytes


@dataclass(frozen=True, slots=True)
class Skip:
    """A channel that was passed over."""

    kind: str
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Choice:
    """The channel to use (None: the contact has none that we can use), and those before it that were passed over."""

    channel: SealedChannel | None
    skipped: tuple[Skip, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """`as_of` is the time of the request that said so."""

    recipient_id: str
    role: str
    locale: str
    as_of: datetime
    channels: tuple[SealedChannel, ...]
    name: bytes | None = None
    muted: frozenset[str] = frozenset()

    def choose(self, available: AbstractSet[str]) -> Choice:
        """The first channel, in the person's own order, that is neither muted nor unknown to us."""
        skipped: list[Skip] = []
        for channel in self.channels:
            if channel.kind in self.muted:
                skipped.append(Skip(channel.kind, SkipReason.MUTED))
            elif channel.kind not in available:
                skipped.append(Skip(channel.kind, SkipReason.UNSUPPORTED))
            else:
                return Choice(channel, tuple(skipped))
        return Choice(None, tuple(skipped))


def contact_id(role: str, recipient_id: str) -> str:
    """The id of the aggregate: one person may be customer and driver, with different addresses."""
    return f"{role}:{recipient_id}"


def is_mail_address(text: str) -> bool:
    """Whether it can stand in an SMTP command: plain ASCII, one `@`, nothing that would end or begin something else."""
    local, at, domain = text.rpartition("@")
    plain = text.isascii() and text.isprintable()
    return bool(plain and local and at and domain) and not any(sign in text for sign in ' <>()[],;:\\"') and "@" not in local
