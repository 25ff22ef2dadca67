"""Tracebacks for the log: the class and frames of every error, but the text only of our own errors."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from types import TracebackType

from services.runtime.errors import GancangError

CAUSED = "\nThe above was the cause of:\n"
DURING = "\nWhile that was handled:\n"

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def traceback_of(exc_info: ExcInfo) -> str:
    """The whole chain.

    Drivers, validators and `KeyError` put values of the message into their text; our errors do not.
    """
    return "".join(_lines(exc_info[1], set())).rstrip("\n")


def _lines(error: BaseException, told: set[int]) -> Iterator[str]:
    told.add(id(error))
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and id(earlier) not in told:
        yield from _lines(earlier, told)
        yield CAUSED if earlier is error.__cause__ else DURING
    if error.__traceback__ is not None:
        yield "Traceback (most recent call last):\n"
        yield from traceback.format_tb(error.__traceback__)
    yield f"{_name(error)}: {error}\n" if isinstance(error, GancangError) else f"{_name(error)}\n"
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        if id(inner) not in told:
            yield f"\nOne of its errors:\n{''.join(_lines(inner, told))}"


def _name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
