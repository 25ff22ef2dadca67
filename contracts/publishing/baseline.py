"""Compare the committed files with the models of today: what differs, and whether that is allowed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from contracts.publishing import asyncapi, examples
from contracts.publishing.compatibility import compare
from contracts.publishing.schemas import Schema, as_text, schemas

CONTRACTS_FOLDER = Path(__file__).parent.parent
SCHEMAS = "schemas"
EXAMPLES = "examples"
ASYNCAPI = "asyncapi.yaml"


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference. `breaking`: it needs a new major version; any other one is settled by an export."""

    where: str
    pointer: str
    what: str
    breaking: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as `--json` prints it."""
        return asdict(self)


def check(folder: Path = CONTRACTS_FOLDER) -> list[Finding]:
    """Find everything in which the folder differs from the models, breaking differences first.

    Raises `JSONDecodeError` for a committed schema that is not JSON.
    """
    today, committed = schemas(), _committed(folder)
    found = _compared(committed, today)
    found += _examples(examples.sealed(folder / EXAMPLES), examples.present(folder / EXAMPLES))
    found += _stale(folder, today, {finding.where for finding in found})
    return sorted(found, key=lambda finding: not finding.breaking)


def broken_since(older: Path, folder: Path = CONTRACTS_FOLDER) -> list[Finding]:
    """Find what breaks the promises of an older state of the folder, exported since or not.

    Raises `JSONDecodeError` for a committed schema that is not JSON.
    """
    sealed, present = examples.sealed(older / EXAMPLES), examples.present(folder / EXAMPLES)
    found = _compared(_committed(older), schemas()) + _examples(sealed, present)
    return [finding for finding in found if finding.breaking]


def export(folder: Path = CONTRACTS_FOLDER) -> list[Path]:
    """Write what is missing or out of date and return those files; equal files stay untouched."""
    written = []
    if (folder / EXAMPLES).exists():
        examples.seal(folder / EXAMPLES)
    texts = _texts(schemas())
    for stale in (folder / SCHEMAS).glob("*.json"):
        if f"{SCHEMAS}/{stale.name}" not in texts:
            stale.unlink()
            written.append(stale)
    for name, text in texts.items():
        file = folder / name
        if _read(file) != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            written.append(file)
    return written


def _texts(today: dict[str, Schema]) -> dict[str, str]:
    files = {f"{SCHEMAS}/{name}.json": as_text(schema) for name, schema in today.items()}
    return {**files, ASYNCAPI: asyncapi.as_text(asyncapi.document())}


def _committed(folder: Path) -> dict[str, Schema]:
    files = sorted((folder / SCHEMAS).glob("*.json"))
    return {file.name.removesuffix(".json"): json.loads(file.read_text(encoding="utf-8")) for file in files}


def _compared(old: dict[str, Schema], new: dict[str, Schema]) -> list[Finding]:
    found = [_gone(name) for name in sorted(old.keys() - new.keys())]
    found += [_new(name) for name in sorted(new.keys() - old.keys())]
    for name in sorted(new.keys() & old.keys()):
        differences = compare(old[name], new[name])
        found += [Finding(name, one.pointer, one.what, one.breaking) for one in differences]
    return found


def _gone(name: str) -> Finding:
    return Finding(name, "", "the type is gone", breaking=True)


def _new(name: str) -> Finding:
    return Finding(name, "", "the type is new", breaking=False)


def _examples(sealed: dict[str, str], present: dict[str, str]) -> list[Finding]:
    """Compare the examples: a changed or removed one is breaking, a new one only has to be sealed."""
    found = []
    for path in sorted(sealed.keys() | present.keys()):
        if path not in present:
            found.append(Finding(path, "", "the golden example is gone", breaking=True))
        elif path not in sealed:
            found.append(Finding(path, "", "the golden example is not in the manifest", breaking=False))
        elif sealed[path] != present[path]:
            found.append(Finding(path, "", "the golden example was changed", breaking=True))
    return found


def _stale(folder: Path, today: dict[str, Schema], named: set[str]) -> list[Finding]:
    """Find files that are missing or out of date, without those that a comparison has named."""
    return [
        Finding(name, "", "the file is not what an export writes", breaking=False)
        for name, text in _texts(today).items()
        if Path(name).name.removesuffix(".json") not in named and _read(folder / name) != text
    ]


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None
