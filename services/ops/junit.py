"""How many tests passed, failed and were skipped, from pytest's JUnit report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of tests; an error in a fixture counts as failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __sub__(self, other: Counts) -> Counts:
        return Counts(self.passed - other.passed, self.failed - other.failed, self.skipped - other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def read_counts(report: Path) -> Counts:
    """Counts of one report; nothing when pytest did not get as far as writing it."""
    if not report.exists():
        return Counts()
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 written by the pytest that we ran
    if suite is None:
        return Counts()
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    skipped = int(suite.get("skipped", 0))
    return Counts(int(suite.get("tests", 0)) - failed - skipped, failed, skipped)
