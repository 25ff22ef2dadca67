"""Repeatable chance: every decision is drawn from a name, never from the time at which a message came."""

from __future__ import annotations

from random import Random


def dice(*name: object) -> Random:
    """Random numbers for one decision; the same name gives the same numbers."""
    return Random("/".join(map(str, name)))  # noqa: S311  a simulation needs no secrets
