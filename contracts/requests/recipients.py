"""Requests about the people we write to, owned by the notifications service."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.values import Actor, Id, Locale, OpenEnum, Role, Short, Value


class ChannelKind(OpenEnum):
    """A way to reach a person."""

    EMAIL = "email", "A letter to an e-mail address."
    WEBHOOK = "webhook", "Not used for people: an agency registers `agency.webhook_registered`."
    WHATSAPP = "whatsapp", "A message to a telephone number."
    SMS = "sms", "A text message to a telephone number."
    PUSH = "push", "A push message to the device token of our app."
    UNKNOWN = "unknown"


class Channel(Value):
    """One way to reach a person. `address` is personal data and never leaves the notifications service."""

    kind: ChannelKind = Field(description="Which way it is.")
    address: Annotated[str, Field(min_length=1, max_length=320)] = Field(
        description="The e-mail address, telephone number or device token. Stored encrypted, never passed on."
    )


class Preferences(Value):
    """What the person wishes."""

    muted: list[ChannelKind] = Field(
        default=[], description="Kinds of channel not to use for this person; empty: all may be used."
    )


class RecipientContactRegistered(Value):
    """Register how to reach a person or party; a newer one replaces the whole contact."""

    recipient_id: Id = Field(
        description="The person or party to be reached, by the id that orders use for them."
    )
    role: Role = Field(
        description="The role in which they are reached; the same id may have another contact in each role."
    )
    locale: Locale = Field(
        description="The language to write to them in; guests of other languages get English."
    )
    display_name: Short | None = Field(
        default=None,
        description="How letters address them; without it letters use no name. Stored encrypted.",
    )
    channels: Annotated[list[Channel], Field(max_length=16)] = Field(
        description="Every way to reach them; of several of one kind the first that works is used."
    )
    preferences: Preferences | None = Field(
        default=None, description="What they wish; without it every channel may be used."
    )


class RecipientErasureRequested(Value):
    """Make everything unreadable that identifies a person."""

    recipient_id: Id = Field(description="The person to forget, by the id of their contact.")
    role: Role = Field(description="The role in which they are forgotten; each role needs its own request.")
    by: Actor = Field(
        description="The party that asks: that person in that role (`customer`, `recipient`, `driver`, "
        "`merchant`, `agency`), or an `operator`."
    )
