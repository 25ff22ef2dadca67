"""The lease: what is to be sent is claimed until a time, tried, tried again after a wait, or given up."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self


class SendStatus(StrEnum):
    """`pending` waits for its due time; `sending` is claimed, and its lease ends at its due time."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a sending is about: ids only. `event_id`: the event that is told."""

    recipient_id: str
    channel: str
    template: str
    event_id: str
    order_id: str
    traceparent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased(ABC):
    """What a notification and a webhook delivery have in common.

    `due`: when to look at it next, None after its end. `reason`: why it was given up.
    """

    id: str
    created_at: datetime
    status: SendStatus = SendStatus.PENDING
    due: datetime | None = None
    reason: str | None = None

    @property
    @abstractmethod
    def about(self) -> About:
        """Whom and what it is about."""

    @property
    def ended(self) -> bool:
        """Whether it was sent or given up."""
        return self.status in {SendStatus.SENT, SendStatus.FAILED}

    def is_due(self, now: datetime) -> bool:
        """Whether to act now: its wait is over, or its holder let the lease end."""
        return self.due is not None and self.due <= now

    def leased(self, until: datetime) -> Self:
        """Claimed until then."""
        return replace(self, status=SendStatus.SENDING, due=until)

    def postponed(self, until: datetime) -> Self:
        """Free to be claimed from then on."""
        return replace(self, status=SendStatus.PENDING, due=until)

    def sent(self) -> Self:
        """Ended: the recipient has it."""
        return replace(self, status=SendStatus.SENT, due=None, reason=None)

    def given_up(self, reason: str) -> Self:
        """Ended: nothing more is tried."""
        return replace(self, status=SendStatus.FAILED, due=None, reason=reason)
