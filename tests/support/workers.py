"""How pytest-xdist spreads tests over workers: file by file, long ones first, heavy ones one at a time."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING

from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    import pytest

# Files of one group go to one worker, one by one. With two towns at once, or servers that start and stop
# in every worker, two cores answer too late for the clock of these tests.
GROUPS = {
    "tests/chaos/test_whole_system.py": "towns",
    "tests/integration/test_demo.py": "towns",
    "tests/chaos/test_outages.py": "servers",
    "tests/chaos/test_killed_leader.py": "servers",
    "tests/chaos/test_killed_over_budgets.py": "servers",
    "tests/chaos/test_severed_leader.py": "servers",
    "tests/integration/test_embedded_servers.py": "servers",
    "tests/integration/test_up.py": "servers",
}
QUICK = ("tests/unit/", "tests/contract/")
A_CORE, AT_MOST = 2, 8
NICE = 5


class LongFirst(LoadFileScheduling):  # type: ignore[misc] # pytest-xdist ships no types
    """Hands out a file, or all files of a group, in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return GROUPS.get(file, file)


def number_of_workers() -> int:
    """Two for each core, because tests mostly wait; a worker with its servers takes 0.7 GB."""
    return min(A_CORE * (os.cpu_count() or 1), AT_MOST)


def long_first(items: list[pytest.Item]) -> None:
    """Order test files so that no worker begins a long one when the others are done."""
    slow = {file_of(item) for item in items if item.get_closest_marker("slow")}
    groups = list(GROUPS)

    def place(item: pytest.Item) -> tuple[int, bool, bool]:
        file = file_of(item)
        group = groups.index(file) if file in GROUPS else len(groups)
        return (group, file not in slow, file.startswith(QUICK))

    items.sort(key=place)


def make_way(item: pytest.Item) -> None:
    """Leave the processor to the groups, from the first test on that waits for events and not for a clock."""
    if file_of(item) not in GROUPS:
        _be_nice()


@functools.cache
def _be_nice() -> None:
    os.nice(NICE)


def file_of(item: pytest.Item) -> str:
    """Its file, relative to the root of the checkout."""
    return item.nodeid.partition("::")[0]
