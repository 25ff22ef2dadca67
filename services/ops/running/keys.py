"""The keys of an embedded set-up: made once, kept beside its data, so that a restart can read what it wrote.

With them goes the word that here anybody may speak for anybody: no login but ours reaches these servers.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from services.ops.embedded.files import write_private
from services.runtime.process.settings import ANYBODY, SPEAKERS
from services.runtime.sealing import new_key

KEYS_FILE = "keys.json"
CODE_KEY_VARIABLE, DATA_KEY_VARIABLE = "GANCANG_CODE_KEY", "GANCANG_DATA_KEY"


def fresh_keys() -> dict[str, str]:
    """Two new keys as variables, and that anybody may speak."""
    return {CODE_KEY_VARIABLE: secrets.token_hex(32), DATA_KEY_VARIABLE: new_key(), SPEAKERS: ANYBODY}


def kept_keys(folder: Path) -> dict[str, str]:
    """The two keys as variables; those of the environment win, new ones are written with mode 0600."""
    path = folder / KEYS_FILE
    try:
        kept: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        kept = fresh_keys()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, json.dumps(kept))
    return {name: os.environ.get(name) or value for name, value in {SPEAKERS: ANYBODY, **kept}.items()}
