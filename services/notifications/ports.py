"""What handlers and the sender need from the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from services.notifications.domain.attempts import Outcome
from services.notifications.domain.channels.choosing import Choice
from services.notifications.domain.channels.contact import Contact
from services.notifications.domain.notification import Notification
from services.runtime.change import Stored

S = TypeVar("S")
NO_CHOICE = Choice(None)


class AddressRefused(Exception):  # noqa: N818  says what happened
    """The channel will never take this address. `detail` is a code, never a text that repeats the address."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class ChannelUnavailable(Exception):  # noqa: N818  says what happened
    """The channel did not take it now; later it may. `detail` is a code.

    `doubtful`: it may have taken it, the answer was lost. `ours`: the trouble is the provider's, not this one address's.
    `retry_after_s`: real seconds that the provider asks us to wait.
    """

    def __init__(
        self, detail: str, *, doubtful: bool = False, ours: bool = True, retry_after_s: float | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.doubtful = doubtful
        self.ours = ours
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Approved:
    """A text that WhatsApp has approved beforehand: its name and language there, its wording with numbered places, the values."""

    name: str
    language: str
    wording: str
    values: tuple[str, ...]


class Text(Protocol):
    """What a person reads, in the form that the channel asks for. Rendering raises what the template engine raises."""

    @property
    def language(self) -> str:
        """`id`, `en` or `zh`."""
        ...

    @property
    def subject(self) -> str:
        """One line."""
        ...

    @property
    def short(self) -> str:
        """One line that stands by itself."""
        ...

    @property
    def sms(self) -> str:
        """The short form within one text message."""
        ...

    @property
    def body(self) -> str:
        """The whole letter as plain text."""
        ...

    @property
    def html(self) -> str:
        """The whole letter as HTML."""
        ...

    @property
    def approved(self) -> Approved:
        """What WhatsApp sends."""
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A text on its way to one address. The same id is the same letter, however often it is sent."""

    id: str
    address: str
    written_at: datetime
    text: Text
    order_id: str = ""
    urgent: bool = True


class Channel(Protocol):
    """One way to reach people."""

    async def send(self, letter: Letter) -> None:
        """Return when the letter was taken. Raises `AddressRefused` or `ChannelUnavailable`."""
        ...


class LogChannel(Protocol):
    """Where notifications go whose recipient has no address that we can use."""

    def note(self, notification: Notification) -> None:
        """Write one line, with ids only."""
        ...


class Texts(Protocol):
    """What is written to whom."""

    def render(
        self, template: str, audience: str, locale: str, parameters: Mapping[str, Any], name: str | None
    ) -> Text:
        """The text in the language that fits the locale."""
        ...

    def has(self, template: str, audience: str, language: str) -> bool:
        """Whether the text is there, in all its forms."""
        ...


class RecipientKey(Protocol):
    """Makes personal data of one recipient unreadable; `context` is the id of the contact it belongs to.

    `life`: how many times he was known anew; an erasure ends one.
    """

    @property
    def life(self) -> int:
        """Which life the key belongs to."""
        ...

    def seal(self, plain: bytes, context: str) -> bytes:
        """The sealed bytes."""
        ...

    def open(self, sealed: bytes, context: str) -> bytes:
        """The plain bytes. Raises `ValueError`."""
        ...

    def mark(self, plain: bytes) -> str:
        """By which the same bytes are known again, as long as the key lives."""
        ...


class Vault(Protocol):
    """The data keys, one for each life of a recipient, kept apart from what they seal. All raise `DatabaseAway`."""

    async def for_registration(
        self, contact_id: str, as_of: datetime, addresses: Sequence[str]
    ) -> RecipientKey | None:
        """The key under which a contact of that time is sealed; None when something newer, or an erasure after it, is known."""
        ...

    async def for_ever(self, contact_id: str, as_of: datetime) -> RecipientKey:
        """The key of somebody who is no person: it is not forgotten with time. Made when it is not there."""
        ...

    async def key(self, contact_id: str, life: int) -> RecipientKey | None:
        """The key of that life; None when it is destroyed."""
        ...

    async def destroy(self, contact_id: str, at: datetime) -> bool:
        """Destroy the key for ever, and note it; False, with nothing destroyed, where a newer contact is known."""
        ...


class Gate(Protocol):
    """Whether the servers are there."""

    def close(self, reason: str) -> None:
        """Stop working until they are back."""
        ...

    async def passed(self) -> None:
        """Wait until work goes on."""
        ...


class Later(Protocol):
    """What the same person is told of later states of the same order."""

    async def templates_after(self, notification: Notification) -> list[str]:
        """The templates of those notifications. Raises `DatabaseAway`."""
        ...


@dataclass(frozen=True, slots=True)
class Planned:
    """How a notification is to be told now: by the channel `kind`, or not yet (`wait_until`), or not at all (`verdict`).

    With its place in a lane it gets `trial` (it tries for everybody whether a provider is back) and `counted_at`.
    """

    notification: Notification
    contact: Stored[Contact] | None = None
    choice: Choice = NO_CHOICE
    kind: str | None = None
    wait_until: datetime | None = None
    verdict: Outcome | None = None
    trial: bool = False
    counted_at: datetime | None = None


class Outbound(Protocol):
    """Where claimed notifications are sent from, in this process: one lane a channel."""

    def reserve(self, planned: Planned) -> Planned | None:
        """Take a place in its lane, and what the letter uses up; None, with nothing taken, where there is none."""
        ...

    def release(self, planned: Planned) -> None:
        """Give place and all back unused."""
        ...

    def send(self, planned: Planned) -> None:
        """Use the place: send it, and save what came of it."""
        ...


class Planner(Protocol):
    """Finds out how a notification can be told now."""

    async def plan(self, notification: Notification) -> Planned:
        """Raises `DatabaseAway`."""
        ...
