"""How many tests passed, failed and were skipped, and how long each took, from pytest's JUnit report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of tests; an error in a fixture counts as failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """How long one test took, with its fixtures."""

    seconds: float
    test: str

    def __str__(self) -> str:
        return f"{self.seconds:6.1f} s  {self.test}"


def read_counts(report: Path) -> Counts:
    """Counts of one report; nothing when pytest did not get as far as writing it."""
    suite = _suite(report)
    if suite is None:
        return Counts()
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    skipped = int(suite.get("skipped", 0))
    return Counts(int(suite.get("tests", 0)) - failed - skipped, failed, skipped)


def read_durations(report: Path) -> Iterator[Duration]:
    """Yield one for each test of the report."""
    suite = _suite(report)
    for case in suite.iter("testcase") if suite is not None else ():
        file = case.get("classname", "").replace(".", "/") + ".py"
        yield Duration(float(case.get("time", 0)), f"{file}::{case.get('name')}")


def _suite(report: Path) -> ET.Element | None:
    if not report.exists():
        return None
    return ET.parse(report).getroot().find("testsuite")  # noqa: S314 written by the pytest that we ran
