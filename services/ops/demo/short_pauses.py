"""The demo's catalogue: two attempts at a door lie minutes apart, not hours, so that a morning has both."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

AGAIN_AFTER = re.compile(r"^again_after_min = [1-9]\d*$", re.MULTILINE)
MINUTES = 2


def shortened(catalogue: Path, folder: Path) -> Path:
    """Copy the catalogue into `folder` with that pause shortened; returns the copy."""
    copy = folder / "catalogue"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    for path in catalogue.glob("*.toml"):
        text = AGAIN_AFTER.sub(f"again_after_min = {MINUTES}", path.read_text(encoding="utf-8"))
        (copy / path.name).write_text(text, encoding="utf-8")
    return copy
