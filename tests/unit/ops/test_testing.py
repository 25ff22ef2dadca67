"""What `gancang test --changed` chooses, how workers share the tests, and what a run says of them."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from services.ops.errors import CommandError
from services.ops.junit import Duration, read_durations
from services.ops.testing.changes import differing, select
from services.ops.testing.stages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

REPORT = """<testsuites><testsuite tests="1">
<testcase classname="tests.unit.test_a" name="test_b[c.d]" time="1.25"/></testsuite></testsuites>"""
RESERVE = """
from services.ops.embedded.ports import free_ports
print(*free_ports(400), flush=True)
input()
"""


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    command = ["git", "-C", str(folder), *who, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def another_process() -> Iterator[Any]:
    """One that prints the ports that it has reserved, and ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-c", RESERVE], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.communicate("\n")


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    """A checkout whose branch has one commit that main does not have, while main went on."""
    (tmp_path / "old.py").write_text("")
    git(tmp_path, "init", "--initial-branch=main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    git(tmp_path, "branch", "mine")
    git(tmp_path, "commit", "--allow-empty", "-m", "main goes on")
    git(tmp_path, "switch", "mine")
    (tmp_path / "committed.py").write_text("")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "second")
    return tmp_path


def test_what_differs_is_committed_changed_or_new(branch: Path) -> None:
    (branch / "old.py").write_text("changed = True")
    (branch / "new.py").write_text("")

    assert differing(branch, "main") == ["committed.py", "new.py", "old.py"]
    assert differing(branch, "HEAD") == ["new.py", "old.py"]


def test_a_revision_that_git_does_not_know_is_an_error_of_one_line(branch: Path) -> None:
    with pytest.raises(CommandError, match=r"^git merge-base: .*nowhere"):
        differing(branch, "nowhere")


@pytest.mark.parametrize(
    ("path", "test", "reason"),
    [
        ("tests/unit/ops/test_testing.py", "tests/unit/ops/test_testing.py", "differs"),
        ("contracts/codec.py", "tests/contract/test_cloudevents_oracle.py", "uses contracts.codec"),
        (
            "services/orders/app.py",
            "tests/integration/orders/test_meals.py",
            "uses tests.integration.orders.conftest, and by it services.orders.app",
        ),
        (
            "services/orders/catalogue/ride.toml",
            "tests/unit/orders/test_tariff.py",
            "uses the service of services/orders/catalogue/ride.toml",
        ),
        ("services/ops/commands/order.py", "tests/integration/ops/test_order.py", "starts services.ops"),
        (
            "tests/unit/notifications/golden/en/driver.txt",
            "tests/unit/notifications/test_texts.py",
            "lies beside tests/unit/notifications/golden/en/driver.txt",
        ),
        ("README.md", "tests/contract/test_documents.py", "checks README.md"),
        (
            "docs/examples/go/ride.go",
            "tests/integration/test_examples.py",
            "checks docs/examples/go/ride.go",
        ),
    ],
)
def test_a_test_is_chosen_with_the_reason(path: str, test: str, reason: str) -> None:
    selection = select(ROOT, [path])

    assert selection.whole == ""
    assert selection.chosen[test] == reason


def test_what_has_nothing_to_do_with_it_is_not_chosen() -> None:
    selection = select(ROOT, ["services/matching/domain/record.py"])

    assert "tests/unit/orders/test_tariff.py" not in selection.chosen


def test_a_slow_file_is_left_out_unless_it_differs_itself() -> None:
    slow = "tests/chaos/test_outages.py"

    assert slow in select(ROOT, ["services/orders/app.py"]).left_out
    assert slow in select(ROOT, ["services/orders/app.py", slow]).chosen


@pytest.mark.parametrize("path", ["pyproject.toml", "requirements/dev.txt", "tests/conftest.py"])
def test_what_all_tests_stand_on_chooses_all(path: str) -> None:
    assert select(ROOT, [path]).whole


def test_a_licence_concerns_no_test() -> None:
    assert not select(ROOT, ["LICENSE"]).chosen


def test_a_duration_names_the_test_as_pytest_takes_it(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)

    assert list(read_durations(report)) == [Duration(1.25, "tests/unit/test_a.py::test_b[c.d]")]


def test_no_process_is_given_a_port_that_another_one_has_reserved() -> None:
    with another_process() as first, another_process() as second:
        taken = [{*map(int, process.stdout.readline().split())} for process in (first, second)]

    assert [len(ports) for ports in taken] == [400, 400]
    assert taken[0].isdisjoint(taken[1])
