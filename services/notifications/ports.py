"""What the service needs from outside: channels, texts, keys, the gate, and later notifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.notifications.domain.notification import Notification


class AddressRefused(Exception):  # noqa: N818  says what happened
    """The channel will never accept this address. `detail`: a code, never a text that repeats the address."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class ChannelUnavailable(Exception):  # noqa: N818  says what happened
    """The channel did not accept the letter now; later it may. `detail`: a code.

    `doubtful`: the answer was lost, so it may have accepted the letter. `provider_fault`: the provider is in
    trouble, not this address alone. `retry_after_s`: real seconds that the provider asks us to wait.
    """

    def __init__(
        self,
        detail: str,
        *,
        doubtful: bool = False,
        provider_fault: bool = True,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.doubtful = doubtful
        self.provider_fault = provider_fault
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Approved:
    """A template that WhatsApp approved: its name and language there, numbered wording, and values."""

    name: str
    language: str
    wording: str
    values: tuple[str, ...]


class Text(Protocol):
    """What a person reads, in the form that the channel needs.

    Every form raises what the template engine raises.
    """

    @property
    def language(self) -> str:
        """`id`, `en` or `zh`."""

    @property
    def subject(self) -> str:
        """One line."""

    @property
    def short(self) -> str:
        """One line that is clear by itself."""

    @property
    def sms(self) -> str:
        """The short form within one text message."""

    @property
    def body(self) -> str:
        """The whole letter as plain text."""

    @property
    def html(self) -> str:
        """The whole letter as HTML."""

    @property
    def approved(self) -> Approved:
        """What WhatsApp sends."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A text for one address. The same `id` is the same letter, however often it is sent."""

    id: str
    address: str
    written_at: datetime
    text: Text
    order_id: str = ""
    urgent: bool = True


class Channel(Protocol):
    """One way to reach people."""

    async def send(self, letter: Letter) -> None:
        """Return when the provider accepted the letter. Raises `AddressRefused` or `ChannelUnavailable`."""


class LogChannel(Protocol):
    """The channel of recipients without a usable address."""

    def note(self, notification: Notification) -> None:
        """Log one line, with ids only."""


class Texts(Protocol):
    """The texts of all templates, audiences and languages."""

    def render(
        self, template: str, audience: str, locale: str, parameters: Mapping[str, Any], name: str | None
    ) -> Text:
        """The text in the language that fits the locale.

        Raises what the template engine raises for a missing text.
        """

    def has(self, template: str, audience: str, language: str) -> bool:
        """Whether the text exists in all its forms."""


class RecipientKey(Protocol):
    """Seals personal data of one recipient; `context` is the id of the contact that the data belongs to.

    `life`: counts registrations after an erasure; an erasure ends a life.
    """

    @property
    def life(self) -> int:
        """The life that the key belongs to."""

    def seal(self, plain: bytes, context: str) -> bytes:
        """The sealed bytes."""

    def open(self, sealed: bytes, context: str) -> bytes:
        """The plain bytes. Raises `ValueError` for another key or another context."""

    def fingerprint(self, plain: bytes) -> str:
        """A keyed digest that recognises the same bytes, as long as the key exists."""


class Vault(Protocol):
    """The data keys, one for each life of a recipient, stored apart from what they seal.

    All raise `DatabaseAway`.
    """

    async def for_registration(
        self, contact_id: str, as_of: datetime, addresses: Sequence[str]
    ) -> RecipientKey | None:
        """The key for a contact of that time; None if a newer contact or a later erasure is known.

        Raises `Conflict`.
        """

    async def for_ever(self, contact_id: str, as_of: datetime) -> RecipientKey:
        """A key that never expires, for a party that is not a person. Made if missing. Raises `Conflict`."""

    async def key(self, contact_id: str, life: int) -> RecipientKey | None:
        """The key of that life; None if it was destroyed."""

    async def destroy(self, contact_id: str, at: datetime) -> bool:
        """Destroy the key for ever and record the time; False, and no change, if a newer contact is known."""


class Gate(Protocol):
    """Whether broker and database are reachable."""

    def close(self, reason: str) -> None:
        """Pause the service until they are back."""

    async def wait_until_open(self) -> None:
        """Wait until work goes on."""


class LaterNotifications(Protocol):
    """What the same person is told of later states of the same order."""

    async def templates_after(self, notification: Notification) -> list[str]:
        """The templates of those notifications. Raises `DatabaseAway`."""
