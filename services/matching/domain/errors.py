"""The refusal that a rule of matching raises."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818  says what happened
    """The request cannot be carried out.

    `code` is a reason code of the contract, `pointer` the JSON path of the wrong field.
    """

    def __init__(self, code: str, *, pointer: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.pointer = pointer
