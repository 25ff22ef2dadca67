"""Find words that this project does not use: `python -m tests.support.plain_english [FILE OR FOLDER …]`.

Reads docstrings, comments and sentences of Python, comments of TOML, YAML and scripts, and Markdown.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = ROOT / "tests" / "contract" / "plain_english.toml"
FOLDERS = ("contracts", "deploy", "docs", "services", "tests")
SKIPPED = {"node_modules", "target", "__pycache__"}
LEAST_WORDS = 4  # a shorter string is a name, a key or a code
WORD = re.compile(r"[A-Za-z]{2,}")
COMMENT = re.compile(r"(?:^|\s)#\s+(.*)$")
IN_BACKTICKS = re.compile(r"`[^`]*`")
LINK_TARGET = re.compile(r"\]\([^)]*\)")
NOT_BUT = re.compile(r"^\|\s*not\s*\|\s*but\s*\|")


@dataclass(frozen=True, slots=True)
class Finding:
    """One word in one line, and what to write instead."""

    path: str
    line: int
    word: str
    instead: str

    def __str__(self) -> str:
        """As a compiler says it, so that an editor can jump there."""
        return f"{self.path}:{self.line}: {self.word!r}: {self.instead}"


class Rules:
    """The list, read once."""

    def __init__(self, path: Path = LIST) -> None:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        self.not_yet: tuple[str, ...] = tuple(read["not_yet"])
        self._words: dict[str, str] = read["words"]
        every = re.compile(rf"\b({'|'.join(self._words)})\b", re.IGNORECASE)
        patterns = ((re.compile(key, re.IGNORECASE), text) for key, text in read["patterns"].items())
        self._patterns: list[tuple[re.Pattern[str], str | None]] = [(every, None), *patterns]

    def of(self, text: str) -> Iterator[tuple[str, str]]:
        """Each word of the text that is on the list, with what to write instead."""
        for pattern, instead in self._patterns:
            for match in pattern.finditer(text):
                found = match[0].strip()
                yield found, instead if instead is not None else self._words[found.lower()]

    def findings(self, name: str, text: str) -> list[Finding]:
        """Everything of one file; the name's ending says how to read it."""
        read = _READERS[Path(name).suffix]
        sentences = ((line, IN_BACKTICKS.sub("`", sentence)) for line, sentence in read(text))
        return sorted(
            {Finding(name, line, *found) for line, sentence in sentences for found in self.of(sentence)},
            key=lambda finding: (finding.line, finding.word),
        )

    def of_file(self, path: Path) -> list[Finding]:
        """Everything of one file of the project."""
        return self.findings(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))

    def pending(self, path: Path) -> bool:
        """Whether the file lies in a folder that is not reworded yet."""
        return any(path.is_relative_to(ROOT / folder) for folder in self.not_yet)


def files(*asked: Path) -> list[Path]:
    """The files that are read: below what was asked for, otherwise all of the project."""
    roots = asked or (
        *(path for path in ROOT.glob("*") if path.is_file()),
        ROOT / ".ci",
        ROOT / "requirements",
        *(ROOT / folder for folder in FOLDERS),
    )
    inside = (path for root in roots for path in (root.rglob("*") if root.is_dir() else [root]))
    read = (path for path in inside if path.suffix in _READERS and not SKIPPED & set(path.parts))
    return sorted(
        {path.resolve() for path in read if path.is_file() and path.resolve() != LIST and _is_text(path)}
    )


def _of_python(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("#! ")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_sentence(node.value):
            for offset, line in enumerate(node.value.splitlines()):
                yield node.lineno + offset, line.strip()


def _of_comments(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if found := COMMENT.search(line):
            yield number, found[1]


def _of_markdown(text: str) -> Iterator[tuple[int, str]]:
    fenced = examples = False
    for number, line in enumerate(text.splitlines(), start=1):
        fence = line.lstrip().startswith("```")
        fenced ^= fence
        examples = bool(NOT_BUT.match(line)) or (examples and line.startswith("|"))
        if not (fence or fenced or examples):
            yield number, LINK_TARGET.sub("]", line.strip())


def _is_text(path: Path) -> bool:
    """Whether a file without an ending is a script; LICENSE and the like are not ours to word."""
    return bool(path.suffix) or path.name == "justfile" or path.read_bytes()[:2] == b"#!"


def _is_sentence(text: str) -> bool:
    return len(WORD.findall(text)) >= LEAST_WORDS


_READERS = {
    ".py": _of_python,
    ".md": _of_markdown,
    ".toml": _of_comments,
    ".yaml": _of_comments,
    "": _of_comments,
}


def main(arguments: list[str]) -> int:
    """Print each finding; 1 when there is one."""
    rules = Rules()
    asked = [Path(argument).resolve() for argument in arguments]
    found = [finding for path in files(*asked) for finding in rules.of_file(path)]
    sys.stdout.writelines(f"{finding}\n" for finding in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
