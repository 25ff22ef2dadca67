"""Check the subject of a commit: `scope: imperative subject`, at most 72 characters. Git's hook calls it.

`python tests/support/commit_subject.py FILE`: the file with the message. Exit code 1, with the reason,
when it does not fit.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

LONGEST = 72
SHAPE = re.compile(r"(?P<scope>[a-z][a-z0-9_./-]*(?:, [a-z][a-z0-9_./-]*)*): (?P<verb>\S+)(?: .*)?[^. ]")
MADE_BY_GIT = ("Merge ", "Revert ", "fixup! ", "squash! ", "amend! ")
NOT_IMPERATIVE = re.compile(r"(?:[^s]s|ed|ing)$")
IMPERATIVE = {"address", "bring", "embed", "exceed", "feed", "focus", "need", "ring", "seed", "string"}


def complaint(subject: str) -> str | None:
    """Return what is wrong with the subject, or None."""
    if subject.startswith(MADE_BY_GIT):
        return None
    if len(subject) > LONGEST:
        return f"has {len(subject)} characters, at most {LONGEST} are allowed: move the why to the body"
    shape = SHAPE.fullmatch(subject)
    if shape is None:
        return "is not of the form `scope: imperative subject`, such as `orders: refuse a late change`"
    verb = shape["verb"].lower()
    if NOT_IMPERATIVE.search(verb) and verb not in IMPERATIVE:
        return f"does not begin with an imperative after the scope: {verb!r}"
    return None


def main(arguments: list[str]) -> int:
    """Read the first line that is not a comment."""
    lines = Path(arguments[0]).read_text(encoding="utf-8").splitlines()
    subject = next((line for line in lines if line and not line.startswith("#")), "")
    wrong = complaint(subject)
    if wrong:
        sys.stderr.write(f"The subject {subject!r} {wrong}. CONTRIBUTING.md has the rule.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
