"""All errors that the runtime raises on purpose, as one tree.

GancangError
├── Rejected          the request cannot be acted on: the reply is `request.rejected.v1`
│   └── NotYet        it may still become legal: first it waits on the retry ladder
├── Conflict          another writer was first: decide again
├── Vanished          the aggregate was deleted between read and write
├── NotConfigured     a setting is missing or invalid
└── Away              a server cannot be reached: pause the service, never park the message
    ├── DatabaseAway
    └── BrokerAway

Bytes that cannot be read as a message raise `contracts.codec.Unreadable`; data that break their schema
`contracts.codec.WrongSchema`.
"""

from __future__ import annotations

from contracts.reasons import sentence


class GancangError(Exception):
    """The root of all errors that we raise on purpose."""


class Rejected(GancangError):  # noqa: N818  the contract's word
    """A request that cannot be acted on.

    `code` is one of `contracts.reasons`; `detail` holds no personal data.
    """

    def __init__(
        self, code: str, *, detail: str | None = None, order_id: str | None = None, pointer: str | None = None
    ) -> None:
        self.code = code
        self.detail = detail or sentence(code)
        self.order_id = order_id
        self.pointer = pointer
        super().__init__(f"{code}: {self.detail}")


class NotYet(Rejected):
    """A step that is rejected unless it becomes legal within the 60 seconds of the retry ladder."""


class Conflict(GancangError):  # noqa: N818
    """The version in the database is no longer the one that was read."""

    def __init__(self, kind: str, aggregate_id: str) -> None:
        self.kind = kind
        self.aggregate_id = aggregate_id
        super().__init__(f"{kind} {aggregate_id} was changed by another writer")


class Vanished(GancangError):  # noqa: N818
    """The aggregate existed when it was read, and no longer when it was written."""

    def __init__(self, kind: str, aggregate_id: str) -> None:
        self.kind = kind
        self.aggregate_id = aggregate_id
        super().__init__(f"{kind} {aggregate_id} no longer exists")


class NotConfigured(GancangError):  # noqa: N818
    """A setting is missing or invalid; `setting` names it."""

    def __init__(self, setting: str, problem: str = "is not set") -> None:
        self.setting = setting
        super().__init__(f"{setting} {problem}")


class Away(GancangError):  # noqa: N818
    """A server cannot be reached; `what` names the operation that failed."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"{type(self).__name__}: {what}")


class DatabaseAway(Away):
    """MongoDB cannot be reached, or has not confirmed a write."""


class BrokerAway(Away):
    """RabbitMQ cannot be reached, or has not confirmed a publish."""
