"""Requests about the people we tell things to, owned by the notifications service."""

# ruff: noqa: RUF012  pydantic copies a default for each model
from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.values import Actor, Id, Locale, Role, Short, Value, Word


class ChannelKind(Word):
    """The ways to reach a person."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    PUSH = "push"
    UNKNOWN = "unknown"


class Channel(Value):
    """One way to reach a person; `address` is personal data and never leaves notifications."""

    kind: ChannelKind
    address: Annotated[str, Field(min_length=1, max_length=320)]


class Preferences(Value):
    """What the person wishes: kinds he does not want, in which order the others."""

    muted: list[ChannelKind] = []


class RecipientContactRegistered(Value):
    """How to reach a person or party; a newer one replaces the whole contact."""

    recipient_id: Id
    role: Role
    locale: Locale
    display_name: Short | None = None
    channels: Annotated[list[Channel], Field(max_length=16)]
    preferences: Preferences | None = None


class RecipientErasureRequested(Value):
    """Everything that identifies the person is to be made unreadable."""

    recipient_id: Id
    role: Role
    by: Actor
