"""How commands print: tables as wide as the terminal, or wide enough for a pipe to keep every character; and what takes time."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

PIPE_WIDTH = 140
PROGRAM, PROGRAM_VARIABLE = "gancang", "GANCANG_PROGRAM"
EXAMPLE = re.compile(r"(?<![\w./-])gancang(?= (-|[a-z]+\b))")


def console(*, errors: bool = False, pipe_width: int = PIPE_WIDTH) -> Console:
    """Standard output, or standard error."""
    target = sys.stderr if errors else sys.stdout
    return Console(
        file=target, soft_wrap=True, highlight=False, width=None if target.isatty() else pipe_width
    )


def program() -> str:
    """How the reader has called us: as the launcher says, else by the name of what is installed."""
    return os.environ.get(PROGRAM_VARIABLE, PROGRAM)


def spelled(text: str) -> str:
    """A text whose examples call us by our plain name, with the name that the reader has used."""
    return EXAMPLE.sub(lambda _: program(), text)


@contextlib.contextmanager
def waiting(what: str, on: Console) -> Iterator[None]:
    """Say what is being waited for: with a spinner that goes away on a terminal, as a line elsewhere."""
    if on.is_terminal:
        with on.status(what):
            yield
    else:
        on.print(what, highlight=False)
        yield


@contextlib.contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Call it with how many more are done: a bar on standard error where that is a terminal, nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    error = Console(stderr=True)
    with Progress(*columns, console=error, transient=True, disable=not error.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)
