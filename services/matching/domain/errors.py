"""Why matching does not do what was asked."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818  says what happened
    """It can't be done and stays so; `code` is a reason code of the contract."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
