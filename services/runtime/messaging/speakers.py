"""Speakers: which login may speak for which people, from one TOML file that is read at the start."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from contracts.speakers import speaks_for
from contracts.values import Role, Value
from services.runtime.errors import NotConfigured, Rejected

SPEAKERS_VARIABLE = "GANCANG_SPEAKERS"
ANYBODY = "anybody"  # the setting that checks no login
WILDCARD = "*"
ROLES = [role.value for role in Role if role not in {Role.UNKNOWN, Role.SYSTEM}]

Names = Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{1,64}\*?|\*)$")]
_FILE: TypeAdapter[dict[str, dict[Role, list[Names]]]] = TypeAdapter(dict[str, dict[Role, list[Names]]])


@dataclass(frozen=True, slots=True)
class Speakers:
    """Login → role → ids.

    An id may end in `*` for a common beginning; `*` alone stands for all of the role.
    """

    logins: Mapping[str, Mapping[Role, Sequence[str]]]

    def require(self, login: str | None, data: Value) -> None:
        """Check that the login may speak for the people that the request names.

        Raises `Rejected` (`login_missing`, `login_wrong`).
        """
        named = speaks_for(data)
        if not named:
            return
        if login is None:
            raise Rejected("login_missing")
        if not any(self.may(login, actor.role, actor.id) for actor in named):
            raise Rejected("login_wrong")

    def may(self, login: str | None, role: Role, name: str) -> bool:
        """Whether the login may speak for this person."""
        patterns = self.logins.get(login, {}).get(role, ()) if login is not None else ()
        return any(_fits(pattern, name) for pattern in patterns)


def load(setting: str) -> Speakers | None:
    """Read the file that `GANCANG_SPEAKERS` names; None for `anybody`.

    Raises `NotConfigured`, with the wrong key.
    """
    if setting in {"", ANYBODY}:
        return None
    try:
        logins = _FILE.validate_python(tomllib.loads(Path(setting).read_text(encoding="utf-8")))
    except OSError as error:
        raise NotConfigured(SPEAKERS_VARIABLE, f"cannot be read: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise NotConfigured(SPEAKERS_VARIABLE, f"is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise NotConfigured(
            SPEAKERS_VARIABLE, f"is wrong at {'.'.join(map(str, first['loc']))}: {first['msg']}"
        ) from None
    strange = [login for login, roles in logins.items() if Role.UNKNOWN in roles]
    if strange:
        raise NotConfigured(
            SPEAKERS_VARIABLE,
            f"is wrong at {strange[0]}: there is no such role (there are {', '.join(ROLES)})",
        )
    return Speakers(logins)


def _fits(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith(WILDCARD) else pattern == name
