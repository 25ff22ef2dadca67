"""The website of the documents: it builds without a warning, and works from a folder, without a network."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "docs" / "site" / "build.py"
LOADED = re.compile(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"']?(?:https?:)?//[^>]*>")
PATIENCE_MS = 120_000  # drawing takes long on a machine with other work
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Where the site was built, and what the builder said."""
    if importlib.util.find_spec("zensical") is None:
        pytest.skip("the packages of the group `docs` are not installed: ./gancang test installs them")
    folder = tmp_path_factory.mktemp("site")
    said = subprocess.run([sys.executable, BUILD, folder], capture_output=True, text=True, check=False)
    return folder / "html", said


def open_page(browser: Browser, page: Path, said: list[str], screen: ViewportSize | None = None) -> Page:
    context = browser.new_context(offline=True, viewport=screen)
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    opened.on("request", lambda request: said.append(request.url) if "://" in request.url else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(page.as_uri())
    return opened


def test_the_site_builds_without_a_broken_link_and_without_a_warning(
    built: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, said = built

    assert (said.returncode, said.stderr.strip()) == (0, "No issues found")
    assert (folder / "index.html").exists()


def test_no_page_loads_anything_from_another_host(
    built: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = built
    pages = sorted(folder.rglob("*.html"))

    assert [found for page in pages for found in LOADED.findall(page.read_text(encoding="utf-8"))] == []


def test_the_modules_of_contracts_and_runtime_have_a_page_from_their_docstrings(
    built: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = built
    page = (folder / "api" / "contracts.codec.html").read_text(encoding="utf-8")

    assert 'id="contracts.codec.parse"' in page


def test_a_word_is_found_without_a_server_and_without_a_network(
    browser: Browser, built: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    asked: list[str] = []
    page = open_page(browser, built[0] / "index.html", asked)

    page.keyboard.press("Control+k")
    page.keyboard.type("outbox")

    page.get_by_text(re.compile(r"^\d+ results$")).wait_for()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_the_diagrams_of_the_architecture_are_drawn(
    browser: Browser, built: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    if not (built[0] / "assets" / "mermaid.js").exists():
        pytest.skip("the script that draws diagrams is not here: it is fetched once with npm")
    asked: list[str] = []

    page = open_page(browser, built[0] / "docs" / "architecture.html", asked)

    page.locator("div.mermaid").nth(5).wait_for()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_a_page_fits_on_a_phone(
    browser: Browser, built: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    page = open_page(browser, built[0] / "docs" / "publishing.html", [], PHONE)

    width = page.evaluate("document.documentElement.scrollWidth")

    assert width <= PHONE["width"]
