#!/usr/bin/env python3
"""Build the documents as a website that works offline, with search: .gancang/site/html/index.html.

A page keeps its path of the repository, so that a link works in a checkout and on the site alike. A link to
any other file leads to a page that shows the file. Needs the packages of the group `docs`.
Fetches one thing, once, with npm: the script that draws diagrams. Without it a diagram is shown as source.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDERS = ("docs", "contracts", "deploy", "services")
SKIPPED = {"node_modules", "target", "__pycache__"}
DOCUMENTED = ("contracts", "services/runtime")
COPIED = {".svg", ".png", ".html", ".yaml", ".json", ".jsonl"}
DRAWING = "@mermaid-js/tiny@11.17.2"
DRAWING_SHA512 = "PmFr1c5cSfNf5AngLLR98DrbvR4U5KeD7I+hQkGqG5w5Veu3QT4dG0qu9f99cpn/sKj2XxRBK0q7EL6hr9NY/A=="
DRAWING_KEPT = ROOT / ".gancang" / "dev" / "mermaid.tiny.js"
LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s]+)(\))")
FENCE = re.compile(r"^\s*```")
UNSEARCHED = "---\nsearch:\n  exclude: true\n---\n\n"


def main(arguments: list[str]) -> int:
    """Return the exit code of the site builder: not 0 when a link is broken or anything warns."""
    target = Path(arguments[0]).resolve() if arguments else ROOT / ".gancang" / "site"
    pages = target / "pages"
    shutil.rmtree(target, ignore_errors=True)
    write_pages(pages)
    config = target / "mkdocs.yml"
    config.write_text(settings(), encoding="utf-8")
    where = {**os.environ, "PYTHONPATH": str(ROOT)}  # where the API's modules are read
    build = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(config)]
    return subprocess.run(build, env=where, check=False).returncode


def write_pages(pages: Path) -> None:
    """Write every document, every file that one of them links to, and the API pages."""
    documents = _documents()
    script = drawing_script()
    shown: set[Path] = set()
    for document in documents:
        text, linked = with_links(document, documents)
        shown |= linked
        if script and "```mermaid" in text:
            text += _script_tag(document)
        _write(pages, document, text)
    for module in _modules():
        name, path = _dotted(module), module.relative_to(ROOT)
        shown.add(module)
        _write(pages, ROOT / "api" / f"{name}.md", f"# {name}\n\n[`{path}`](../{path}.md)\n\n::: {name}\n")
    for path in sorted(shown):
        _show(pages, path)
    _copy_assets(pages, script)


def with_links(document: Path, documents: set[Path]) -> tuple[str, set[Path]]:
    """Return the text with links that work on the site, and the files that need a page of their own."""
    shown: set[Path] = set()

    def on_the_site(match: re.Match[str]) -> str:
        link = match[2].partition("#")[0]
        target = (document.parent / link).resolve()
        if not link or "://" in link or target in documents:
            return match[0]
        shown.add(target)
        return match[0] if target.suffix in COPIED else f"{match[1]}{link.rstrip('/')}.md{match[3]}"

    lines, fenced = [], False
    for line in document.read_text(encoding="utf-8").splitlines(keepends=True):
        fenced ^= bool(FENCE.match(line))
        lines.append(line if fenced else LINK.sub(on_the_site, line))
    return "".join(lines), shown


def drawing_script() -> Path | None:
    """Return Mermaid's script, fetched where it is not kept yet; None where there is no npm or no network."""
    npm = shutil.which("npm")
    if not DRAWING_KEPT.exists() and npm:
        with tempfile.TemporaryDirectory() as folder:
            _fetch_drawing(npm, Path(folder))
    return DRAWING_KEPT if DRAWING_KEPT.exists() else None


def settings() -> str:
    """Return mkdocs.yml, which ends with the menu, and the pages of the menu that it cannot name."""
    decisions = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))]
    api = [{folder: _tree(folder)} for folder in DOCUMENTED]
    more = [{"Decisions": ["docs/adr/README.md", *decisions]}, {"API": api}]
    return (HERE / "mkdocs.yml").read_text(encoding="utf-8") + yaml.safe_dump(more)


def _fetch_drawing(npm: str, folder: Path) -> None:
    fetch = [npm, "pack", "--silent", DRAWING]
    packed = subprocess.run(fetch, cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
    if packed.returncode:
        sys.stderr.write(f"{DRAWING} cannot be fetched: diagrams are shown as their source\n")
        return
    archive = folder / packed.stdout.split()[-1]
    if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != DRAWING_SHA512:
        sys.exit(f"{DRAWING} does not have the content that this project uses")
    with tarfile.open(archive) as package:
        package.extract("package/dist/mermaid.tiny.js", folder)
    DRAWING_KEPT.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(folder / "package" / "dist" / "mermaid.tiny.js", DRAWING_KEPT)


def _tree(folder: str) -> list[dict[str, Any]]:
    """Return the pages of a package, a sub-package as a list of its own."""
    here = ROOT / folder
    modules = [module for module in _modules() if module.parent == here]
    inner = sorted({module.parent for module in _modules() if module.parent.parent == here})
    packages = [{path.name: _tree(str(path.relative_to(ROOT)))} for path in inner]
    return [*packages, *({module.stem: f"api/{_dotted(module)}.md"} for module in modules)]


def _documents() -> set[Path]:
    inside = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md"))
    return {*ROOT.glob("*.md"), *(path for path in inside if not SKIPPED & set(path.parts))}


def _modules() -> list[Path]:
    found = (path for folder in DOCUMENTED for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if not path.stem.startswith("_"))


def _dotted(module: Path) -> str:
    return ".".join(module.relative_to(ROOT).with_suffix("").parts)


def _show(pages: Path, path: Path) -> None:
    if path.suffix in COPIED:
        copy = pages / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
        return
    name = path.relative_to(ROOT)
    if path.is_dir():
        body = "".join(f"- `{entry.name}`\n" for entry in sorted(path.iterdir()) if entry.name not in SKIPPED)
    else:
        body = f"````{path.suffix[1:] or 'text'}\n{path.read_text(encoding='utf-8')}\n````\n"
    _write(pages, path.with_name(f"{path.name}.md"), f"{UNSEARCHED}# {name}\n\n{body}")


def _script_tag(document: Path) -> str:
    up = os.path.relpath(ROOT, document.parent)
    return f'\n<script src="{up}/assets/mermaid.js"></script>\n'


def _copy_assets(pages: Path, script: Path | None) -> None:
    assets = pages / "assets"
    assets.mkdir(parents=True)
    shutil.copy(HERE / "iframe-worker.js", assets)
    if script:
        shutil.copy(script, assets / "mermaid.js")


def _write(pages: Path, path: Path, text: str) -> None:
    page = pages / path.relative_to(ROOT)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
