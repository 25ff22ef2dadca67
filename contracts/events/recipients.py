"""What became of what we know of a person. No address."""

from __future__ import annotations

from contracts.values import Id, Role, UtcTime, Value


class RecipientErased(Value):
    """Whatever was known of the person up to `at` is unreadable; who keeps places of his blanks label, note, lodging and coordinates."""

    recipient_id: Id
    role: Role
    at: UtcTime
