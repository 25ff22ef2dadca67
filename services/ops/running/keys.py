"""The keys of an embedded set-up: made once and kept beside its data, so that a restart can read the data.

`GANCANG_SPEAKERS` comes with them: here every login may speak for all ids, because only ours reaches the
servers.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from services.ops.embedded.files import write_private

KEYS_FILE = "keys.json"
CODE_KEY_VARIABLE, DATA_KEY_VARIABLE = "GANCANG_CODE_KEY", "GANCANG_DATA_KEY"


def fresh_keys() -> dict[str, str]:
    """Make two keys; returns them as variables, with the speakers."""
    from services.runtime.sealing import new_key  # noqa: PLC0415  cryptography is slow to import

    return {CODE_KEY_VARIABLE: secrets.token_hex(32), DATA_KEY_VARIABLE: new_key(), **_speakers()}


def kept_keys(folder: Path) -> dict[str, str]:
    """The folder's keys as variables; those of the environment win, new ones are written with mode 0600."""
    path = folder / KEYS_FILE
    try:
        kept: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        kept = fresh_keys()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, json.dumps(kept))
    return {name: os.environ.get(name) or value for name, value in {**_speakers(), **kept}.items()}


def _speakers() -> dict[str, str]:
    from services.runtime.messaging.speakers import ANYBODY, SPEAKERS_VARIABLE  # noqa: PLC0415  slow to import

    return {SPEAKERS_VARIABLE: ANYBODY}
