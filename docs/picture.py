#!/usr/bin/env python3
"""Make docs/demo.svg: run `./gancang demo` on a terminal of its own, draw one moment of it and its end.

Needs a minute and what the demo needs. Options go to the demo: docs/picture.py --orders 40 --seed 7
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "demo.svg"
ROWS, COLUMNS = 50, 132
# What rich writes between two frames of a live view: lines erased upwards, the cursor hidden and shown.
BETWEEN = re.compile(r"(?:\r?\x1b\[2K|\x1b\[1A|\x1b\[\?25[lh])+")
FONT_OF_A_SERVER = re.compile(
    r"@font-face \{.*?\}\s*", re.DOTALL
)  # a picture that is looked at offline does without
IN_A_FRAME, TAKES_TIME = "orders ended", "starting "
FILLED = re.compile(r"[a-z_.]+ +[1-9]\d* ")


def main(arguments: list[str]) -> int:
    """The demo's exit code; the picture is written when it is 0."""
    code, output = _played(["demo", *arguments])
    if code == 0:
        PICTURE.write_text(_drawn(output, " ".join(["./gancang demo", *arguments])), encoding="utf-8")
    else:
        sys.stderr.write(f"the demo ended with exit code {code}; {PICTURE.name} stays as it is\n")
    return code


def _played(arguments: list[str]) -> tuple[int, str]:
    """Exit code and everything that was written to the terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    with subprocess.Popen(
        [ROOT / "gancang", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as demo:
        os.close(theirs)
        output = b""
        while chunk := _read(ours):
            output += chunk
    os.close(ours)
    return demo.returncode, output.decode(errors="replace").replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # on Linux: the other end is closed
        return b""


def _drawn(output: str, command: str) -> str:
    pieces = [piece.strip("\n") for piece in BETWEEN.split(output) if piece.strip()]
    frames = [piece for piece in pieces if IN_A_FRAME in piece]
    beginning = [
        line
        for piece in pieces[: pieces.index(frames[0])]
        for line in piece.splitlines()
        if TAKES_TIME not in line
    ]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "dim"), (command, "bold")))
    for part in ("\n".join(beginning), max(reversed(frames), key=_eventfulness), pieces[-1]):
        console.print(Text.from_ansi(part), soft_wrap=True)
        console.print()
    picture = FONT_OF_A_SERVER.sub("", console.export_svg(title="Gancang", unique_id="gancang"))
    return "".join(f"{line.rstrip()}\n" for line in picture.splitlines())


def _eventfulness(frame: str) -> int:
    """How many of the rows say something: states of orders and drivers, templates of letters."""
    return len(FILLED.findall(Text.from_ansi(frame).plain))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
