"""The line of a key in a TOML text, which the parser of the standard library does not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]")
KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")

Location = Sequence[str | int]


def line_of(text: str, location: Location) -> int:
    """The line of the key, from 1; for a missing key that of the nearest table around it, else 1."""
    wanted = tuple(str(part) for part in location)
    table: tuple[str, ...] = ()
    rows: dict[str, int] = {}
    best, line = 0, 1
    for number, content in enumerate(text.splitlines(), start=1):
        if (header := TABLE.match(content)) is not None:
            table = _parts(header[2])
            if header[1] == "[[":
                rows[header[2]] = rows.get(header[2], -1) + 1
                table = (*table, str(rows[header[2]]))
            here = table
        elif (key := KEY.match(content)) is not None:
            here = (*table, *_parts(key[1]))
        else:
            continue
        if len(here) > best and wanted[: len(here)] == here:
            best, line = len(here), number
    return line


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in PART.findall(dotted))
