"""The documents are up to date: links lead to a file, and what is drawn from code shows today's code."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from contracts.queues import QUEUES
from contracts.registry import CONTRACTS, Exchange

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FOLDERS = ("contracts", "deploy", "docs", "services")
DOCUMENTS = sorted(
    {*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))}
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
TYPE = re.compile(r"\b[a-z]+\.[a-z_]+\.v\d+\b")
WEB = ("https://", "http://", "#")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix())
def test_every_link_of_a_document_leads_to_a_file(document: Path) -> None:
    links = [link for link in LINK.findall(document.read_text(encoding="utf-8")) if not link.startswith(WEB)]

    assert [link for link in links if not (document.parent / link.partition("#")[0]).exists()] == []


def test_the_service_in_the_readme_is_one_that_the_catalogue_takes(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    shutil.copytree(ROOT / "services" / "orders" / "catalogue", tmp_path, dirs_exist_ok=True)
    (tmp_path / "laundry.toml").write_text(example[1], encoding="utf-8")

    checked = subprocess.run(
        [sys.executable, "-m", "services.ops", "catalogue", "check", "--folder", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stderr) == (0, "")
    assert "8 services" in checked.stdout


@pytest.mark.parametrize("name", ["publishing.md", "architecture.md"])
def test_a_document_names_only_types_that_are_published(name: str) -> None:
    named = set(TYPE.findall((DOCS / name).read_text(encoding="utf-8")))

    assert named - set(CONTRACTS) == set()


def test_the_states_are_drawn_from_todays_transition_table() -> None:
    checked = subprocess.run(
        [sys.executable, DOCS / "states.py", "--check"], capture_output=True, text=True, check=False
    )

    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_picture_of_the_architecture_shows_every_exchange_and_queue() -> None:
    picture = (DOCS / "architecture.md").read_text(encoding="utf-8")

    assert [name for name in (*QUEUES, *Exchange) if name not in picture] == []


def test_the_picture_of_the_terminal_shows_a_demo_that_ended_well_and_loads_nothing() -> None:
    picture = (DOCS / "demo.svg").read_text(encoding="utf-8")
    shown = "".join(ET.fromstring(picture).itertext()).replace("\xa0", " ")  # noqa: S314  our own file

    assert "./gancang demo" in shown
    assert re.search(r"all \d+ invariants hold", shown)
    assert re.findall(r"url\((?!#)|href=|src=|@import", picture) == []
