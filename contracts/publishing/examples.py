"""Golden examples: messages as they were once sent. A file may be added, never changed or removed (`MANIFEST`)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parent.parent / "examples"
MANIFEST = "MANIFEST"


@dataclass(frozen=True, slots=True)
class Example:
    """One structured CloudEvent. `name` is the file's name without its ending."""

    type: str
    name: str
    event: dict[str, Any]


def examples_of(type_name: str, folder: Path = EXAMPLES) -> list[Example]:
    """The examples of a type, by name."""
    files = sorted((folder / type_name).glob("*.json"))
    return [Example(type_name, file.stem, json.loads(file.read_text(encoding="utf-8"))) for file in files]


def sealed(folder: Path = EXAMPLES) -> dict[str, str]:
    """Path → SHA-256, as the manifest has them."""
    manifest = folder / MANIFEST
    if not manifest.exists():
        return {}
    rows = (line.split("  ", 1) for line in manifest.read_text(encoding="utf-8").splitlines())
    return {path: digest for digest, path in rows}


def present(folder: Path = EXAMPLES) -> dict[str, str]:
    """Path → SHA-256 of the files that are there."""
    files = sorted(folder.glob("*/*.json"))
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    }


def seal(folder: Path = EXAMPLES) -> list[str]:
    """Add new files to the manifest and tell which; what is in it stays as it is."""
    old, now = sealed(folder), present(folder)
    rows = {**now, **old}
    text = "".join(f"{rows[path]}  {path}\n" for path in sorted(rows))
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return sorted(now.keys() - old.keys())
