"""Where commands print tables: as wide as the terminal, and wide enough for a pipe to keep every character."""

from __future__ import annotations

import sys

from rich.console import Console

PIPE_WIDTH = 140


def console(*, errors: bool = False, pipe_width: int = PIPE_WIDTH) -> Console:
    """Standard output, or standard error."""
    target = sys.stderr if errors else sys.stdout
    return Console(file=target, soft_wrap=True, highlight=False, width=None if target.isatty() else pipe_width)
