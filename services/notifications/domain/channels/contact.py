"""A contact: how a person or party is reached. Name and addresses are sealed bytes here, never clear."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

UNDETERMINED = "und"


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
    """One address of a contact. `refused`: the channel has said that it will never accept this address."""

    kind: str
    address: bytes
    refused: bool = False


@dataclass(frozen=True, slots=True)
class SkippedChannel:
    """A channel that was not used, and why."""

    kind: str
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Contact:
    """`as_of`: the time of the request that registered it.

    `life` names the data key that seals name and addresses.

    An erasure leaves only id, role, `erased_at` and the life that ended.
    """

    recipient_id: str
    role: str
    locale: str
    as_of: datetime
    channels: tuple[SealedChannel, ...]
    name: bytes | None = None
    muted: frozenset[str] = frozenset()
    life: int = 0
    erased_at: datetime | None = None

    @property
    def is_erased(self) -> bool:
        """Whether it was erased, so that no one can be told."""
        return self.erased_at is not None

    def is_newer_than(self, other: Contact) -> bool:
        """Whether `other` is out of date: this is a newer fact, or a life after an erasure."""
        return self.life > other.life or self.as_of > other.as_of

    def refusing(self, address: bytes) -> Contact:
        """The same with this address marked as refused, until the contact is registered again."""
        return replace(
            self, channels=tuple(replace(c, refused=c.refused or c.address == address) for c in self.channels)
        )


def erased(recipient_id: str, role: str, at: datetime) -> Contact:
    """The rest of a contact after its erasure."""
    return Contact(recipient_id, role, UNDETERMINED, at, (), erased_at=at)


def contact_id(role: str, recipient_id: str) -> str:
    """The aggregate's id. One person may be customer and driver, with different addresses."""
    return f"{role}:{recipient_id}"


def is_mail_address(text: str) -> bool:
    """Whether it is safe in an SMTP command: plain ASCII, one `@`, no sign that has a meaning there."""
    local, at, domain = text.rpartition("@")
    plain = text.isascii() and text.isprintable()
    return (
        bool(plain and local and at and domain)
        and not any(sign in text for sign in ' <>()[],;:\\"')
        and "@" not in local
    )


def comparable(address: str) -> str:
    """The address in the form that is searched for: lower case, telephone numbers without separators."""
    plain = address.strip().casefold()
    digits = "".join(sign for sign in plain if sign not in " -().")
    return digits if digits.lstrip("+").isdecimal() else plain
