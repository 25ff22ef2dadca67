"""How a person or party is reached. Name and addresses are sealed bytes here, never clear."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class SkipReason(StrEnum):
    """Why a channel of a contact was not used."""

    MUTED = "muted"
    UNSUPPORTED = "unsupported"
    REFUSED = "refused"
    SPENT = "spent"
    QUIET = "quiet"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class SealedChannel:
    """One way to reach somebody. `refused`: the channel has said that it will never take this address."""

    kind: str
    address: bytes
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Skip:
    """A channel that was passed over."""

    kind: str
    reason: SkipReason


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

    def refusing(self, address: bytes) -> Contact:
        """The same without this address, which its channel will never take; registered anew it counts again."""
        return replace(self, channels=tuple(replace(c, refused=c.refused or c.address == address) for c in self.channels))


def contact_id(role: str, recipient_id: str) -> str:
    """The id of the aggregate: one person may be customer and driver, with different addresses."""
    return f"{role}:{recipient_id}"


def is_mail_address(text: str) -> bool:
    """Whether it can stand in an SMTP command: plain ASCII, one `@`, nothing that would end or begin something else."""
    local, at, domain = text.rpartition("@")
    plain = text.isascii() and text.isprintable()
    return bool(plain and local and at and domain) and not any(sign in text for sign in ' <>()[],;:\\"') and "@" not in local
