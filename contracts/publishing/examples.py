"""Golden examples: messages as they were once sent. Files are only added, and `MANIFEST` seals them."""

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
    """Read the examples of a type, by name. Raises `JSONDecodeError` for a file that is not JSON."""
    files = sorted((folder / type_name).glob("*.json"))
    return [Example(type_name, file.stem, json.loads(file.read_text(encoding="utf-8"))) for file in files]


def sealed(folder: Path = EXAMPLES) -> dict[str, str]:
    """Read the manifest: path → SHA-256."""
    manifest = folder / MANIFEST
    if not manifest.exists():
        return {}
    rows = (line.split("  ", 1) for line in manifest.read_text(encoding="utf-8").splitlines())
    return {path: digest for digest, path in rows}


def present(folder: Path = EXAMPLES) -> dict[str, str]:
    """Digest the files that are there: path → SHA-256."""
    files = sorted(folder.glob("*/*.json"))
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    }


def seal(folder: Path = EXAMPLES) -> list[str]:
    """Add new files to the manifest and return their paths; what is in it already stays as it is."""
    old, now = sealed(folder), present(folder)
    rows = {**now, **old}
    text = "".join(f"{rows[path]}  {path}\n" for path in sorted(rows))
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return sorted(now.keys() - old.keys())
