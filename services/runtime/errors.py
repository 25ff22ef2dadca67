"""What can go wrong, as one tree.

GancangError
├── Rejected          the request cannot be acted on: answered with `request.rejected.v1`
│   └── NotYet        it could still become legal: waits on the retry ladder first
├── Conflict          somebody else wrote first: decide again
├── Vanished          the aggregate was removed between reading and writing
├── NotConfigured     a setting is missing or unusable
└── Away              a server cannot be reached: pause, never park
    ├── DatabaseAway
    └── BrokerAway

Bytes that are no message at all are `contracts.codec.Unreadable`, data of another form `contracts.codec.WrongSchema`.
"""

from __future__ import annotations

from contracts.reasons import sentence


class GancangError(Exception):
    """Every error that we raise on purpose."""


class Rejected(GancangError):  # noqa: N818  the contract's word
    """`code` is one of `contracts.reasons`; `detail` is a sentence without personal data."""

    def __init__(
        self, code: str, *, detail: str | None = None, order_id: str | None = None, pointer: str | None = None
    ) -> None:
        self.code = code
        self.detail = detail or sentence(code)
        self.order_id = order_id
        self.pointer = pointer
        super().__init__(f"{code}: {self.detail}")


class NotYet(Rejected):
    """Rejected, unless it becomes legal within the ladder's 60 seconds."""


class Conflict(GancangError):  # noqa: N818
    """The version on the server is another one than was read."""

    def __init__(self, kind: str, aggregate_id: str) -> None:
        self.kind = kind
        self.aggregate_id = aggregate_id
        super().__init__(f"{kind} {aggregate_id} was written by somebody else")


class Vanished(GancangError):  # noqa: N818
    """The aggregate was there when read and gone when written."""

    def __init__(self, kind: str, aggregate_id: str) -> None:
        self.kind = kind
        self.aggregate_id = aggregate_id
        super().__init__(f"{kind} {aggregate_id} has vanished")


class NotConfigured(GancangError):  # noqa: N818
    """A setting that the command needs."""

    def __init__(self, setting: str, problem: str = "is not set") -> None:
        self.setting = setting
        super().__init__(f"{setting} {problem}")


class Away(GancangError):  # noqa: N818
    """A server is away; `what` names the operation that noticed."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"{type(self).__name__}: {what}")


class DatabaseAway(Away):
    """MongoDB cannot be reached, or did not confirm the write."""


class BrokerAway(Away):
    """RabbitMQ cannot be reached, or did not confirm the publish."""
