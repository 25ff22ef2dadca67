"""Errors of the town."""

from __future__ import annotations


class Unsendable(Exception):  # noqa: N818  as the runtime names its own
    """No queue takes requests of this type."""

    def __init__(self, type_name: str) -> None:
        self.type = type_name
        super().__init__(f"no queue takes {type_name}")
