"""An agency's webhook: the URL at which it receives the events of its orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Webhook:
    """`url` is sealed; `life` names the key that seals it.

    `disabled`: why nothing is posted, None while it is on.
    """

    agency_id: str
    url: bytes
    host: str
    types: frozenset[str]
    services: frozenset[str]
    as_of: datetime
    life: int
    disabled: str | None = None

    def wants(self, event_type: str, service: str | None) -> bool:
        """Whether the agency subscribed to this event.

        An event without a service matches every choice of services.
        """
        return (
            self.disabled is None
            and event_type in self.types
            and (not self.services or service is None or service in self.services)
        )


def key_id(agency_id: str) -> str:
    """The id in the vault of the key that seals this agency's URL."""
    return f"webhook:{agency_id}"
