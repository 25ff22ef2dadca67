"""The real command line in a process of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Gancang:
    """Calls `gancang` with these variables besides the machine's own."""

    environment: Mapping[str, str]

    async def __call__(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GANCANG_")}
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-P", "-m", "services.ops", *arguments],
            env={**inherited, **self.environment, "PYTHONPATH": str(ROOT)},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
