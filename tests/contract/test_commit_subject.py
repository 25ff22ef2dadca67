"""The hook that checks the subject of a commit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HOOK = Path(__file__).parents[1] / "support" / "commit_subject.py"


def checked(folder: Path, message: str) -> subprocess.CompletedProcess[str]:
    path = folder / "COMMIT_EDITMSG"
    path.write_text(message, encoding="utf-8")
    return subprocess.run([sys.executable, HOOK, path], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "subject",
    [
        "orders: refuse a change after the pick-up",
        "ops, simulator: sort modules into rooms",
        "adr: give each decision a status, a date and its options",
        "docs/site: address phones too",
        "Merge branch 'docs'",
        'Revert "orders: refuse a change"',
    ],
)
def test_a_subject_with_scope_and_imperative_passes(tmp_path: Path, subject: str) -> None:
    result = checked(tmp_path, f"{subject}\n\nWhy.\n# a comment of git\n")

    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("Refuse a change after the pick-up", "is not of the form"),
        ("orders: ", "is not of the form"),
        ("orders: refuse a change.", "is not of the form"),
        ("orders: refused a change", "does not begin with an imperative"),
        ("orders: fixes a change", "does not begin with an imperative"),
        ("orders: refusing a change", "does not begin with an imperative"),
        (f"orders: refuse {'x' * 60}", "has 75 characters"),
    ],
)
def test_any_other_subject_is_refused_with_the_reason(tmp_path: Path, subject: str, reason: str) -> None:
    result = checked(tmp_path, f"{subject}\n\nWhy.\n")

    assert result.returncode == 1
    assert reason in result.stderr
