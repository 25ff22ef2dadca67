"""How commands print: tables, JSON, progress, and the name by which the reader called the program.

Rich is imported when something is printed with it: help and JSON need no table.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPE_WIDTH = 140  # columns when the output is not a terminal: wide enough to keep every character
PROGRAM, PROGRAM_VARIABLE = "gancang", "GANCANG_PROGRAM"
EXAMPLE = re.compile(r"(?<![\w./-])gancang(?= (-|[a-z]+\b))")


def console(*, errors: bool = False, pipe_width: int = PIPE_WIDTH) -> Console:
    """A console on standard output, or on standard error."""
    from rich.console import Console  # noqa: PLC0415  see the module

    target = sys.stderr if errors else sys.stdout
    return Console(
        file=target, soft_wrap=True, highlight=False, width=None if target.isatty() else pipe_width
    )


def table(*columns: str, right: frozenset[str] = frozenset()) -> Table:
    """A table without lines; long cells fold. `right`: the columns that hold numbers."""
    from rich.table import Table  # noqa: PLC0415  see the module

    made = Table(box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold", justify="right" if column in right else "left")
    return made


def write(line: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(f"{line}\n")


def write_json(value: Any) -> None:
    """Write a JSON document to standard output, indented, with every character as it is."""
    write(json.dumps(value, ensure_ascii=False, indent=2))


def program() -> str:
    """The name by which the reader called us: the launcher passes it on, else it is the installed name."""
    return os.environ.get(PROGRAM_VARIABLE, PROGRAM)


def spelled(text: str) -> str:
    """Replace the plain name in a text's examples by the name that the reader used."""
    return EXAMPLE.sub(lambda _: program(), text)


@contextlib.contextmanager
def waiting(what: str, on: Console) -> Iterator[None]:
    """Say what we wait for: a spinner that disappears on a terminal, a line elsewhere."""
    if on.is_terminal:
        with on.status(what):
            yield
    else:
        on.print(what, highlight=False)
        yield


@contextlib.contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Yield a function that takes how many more are done.

    Draws a bar on standard error where that is a terminal, and nothing elsewhere.
    """
    from rich import progress as bars  # noqa: PLC0415  see the module
    from rich.console import Console  # noqa: PLC0415  see the module

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
    )
    error = Console(stderr=True)
    with bars.Progress(*columns, console=error, transient=True, disable=not error.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)
