"""The schemas of all messages as the components of one document."""

from __future__ import annotations

import json
from typing import Any

from contracts.publishing.schemas import Schema, schemas


def components() -> dict[str, Schema]:
    """Put all schemas side by side, so that references into `$defs` lead into the components.

    Raises `ValueError` for two different models with one name.
    """
    found: dict[str, Schema] = {}
    for schema in schemas().values():
        own = {name: value for name, value in schema.items() if name not in {"$schema", "$id", "$defs"}}
        for name, part in {own["title"]: own, **schema.get("$defs", {})}.items():
            written = _with_siblings(
                json.loads(json.dumps(part).replace('"#/$defs/', '"#/components/schemas/'))
            )
            if found.setdefault(name, written) != written:
                message = f"two different models are called {name}"
                raise ValueError(message)
    return dict(sorted(found.items()))


def _with_siblings(part: Any) -> Any:
    """Wrap a reference that has siblings: AsyncAPI ignores what stands beside a `$ref`."""
    if isinstance(part, list):
        return [_with_siblings(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    inner = {name: _with_siblings(value) for name, value in part.items()}
    reference = inner.pop("$ref", None)
    if reference is None:
        return inner
    return {"allOf": [{"$ref": reference}], **inner} if inner else {"$ref": reference}
