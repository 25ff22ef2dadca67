"""What became of what we know of a person. No address."""

from __future__ import annotations

from pydantic import Field

from contracts.values import Id, Role, UtcTime, Value


class RecipientErased(Value):
    """What we knew of a person is unreadable now.

    A reader that keeps places of theirs blanks label, note, lodging and coordinates.
    """

    recipient_id: Id = Field(description="The person who was forgotten.")
    role: Role = Field(description="The role in which they were forgotten.")
    at: UtcTime = Field(
        description="Everything known up to then is forgotten; later messages about the person still count."
    )
