"""Chance that can be repeated: every decision is drawn from a name, never from when a message came."""

from __future__ import annotations

from random import Random


def dice(*name: object) -> Random:
    """Random numbers of their own for what `name` names; the same name gives the same numbers."""
    return Random("/".join(map(str, name)))  # noqa: S311  a town is played, nothing is kept secret
