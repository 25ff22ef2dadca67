"""One lane a channel, so that a provider in trouble holds up nobody who is told by another way."""

from __future__ import annotations

from collections.abc import Mapping

from services.notifications.ports import Planned
from services.notifications.sending.worker_pool import Lane


class Lanes:
    """`lanes`: by kind of channel."""

    def __init__(self, lanes: Mapping[str, Lane]) -> None:
        self._lanes = lanes

    def reserve(self, planned: Planned) -> Planned | None:
        """Take a place in its lane; None where there is none, or nothing to send."""
        return None if planned.kind is None else self._lanes[planned.kind].reserve(planned)

    def release(self, planned: Planned) -> None:
        """Give the place back unused."""
        self._lanes[planned.kind or ""].release(planned)

    def send(self, planned: Planned) -> None:
        """Use the place: send it, and save what came of it."""
        self._lanes[planned.kind or ""].send(planned)
