"""How pytest-xdist spreads tests over workers: file by file, long ones first."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    import pytest

# Files that start servers of their own go to one worker, one by one: two cores start no more at a time.
GROUPS = {
    "tests/integration/test_embedded_servers.py": "servers",
    "tests/integration/test_up.py": "servers",
}
QUICK = ("tests/unit/", "tests/contract/")
AT_MOST = 8


class LongFirst(LoadFileScheduling):  # type: ignore[misc] # pytest-xdist ships no types
    """Hands out a file, or all files of a group, in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return GROUPS.get(file, file)


def number_of_workers() -> int:
    """Three for two cores, because tests mostly wait; a worker with its servers takes 0.7 GB."""
    cores = os.cpu_count() or 1
    return min(cores + (cores + 1) // 2, AT_MOST)


def long_first(items: list[pytest.Item]) -> None:
    """Order test files so that no worker begins a long one when the others are done."""
    slow = {file_of(item) for item in items if item.get_closest_marker("slow")}

    def place(item: pytest.Item) -> tuple[bool, bool, bool]:
        file = file_of(item)
        return (file not in GROUPS, file not in slow, file.startswith(QUICK))

    items.sort(key=place)


def file_of(item: pytest.Item) -> str:
    """Its file, relative to the root of the checkout."""
    return item.nodeid.partition("::")[0]
