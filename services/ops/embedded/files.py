"""Files that only their owner may read."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write `text` with mode 0600; a reader sees the old file or the whole new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def kept_password(folder: Path) -> str:
    """The password of the server with its data in `folder`: made at the first call, then always the same."""
    kept = folder / "password"
    if kept.exists():
        return kept.read_text().strip()
    password = secrets.token_hex(16)
    write_private(kept, password)
    return password
