"""The answer to a request that cannot be acted on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.measures import Pointer, ReasonCode, Sentence
from contracts.values import Id, Value

Attribute = Annotated[str, Field(max_length=512, description="a CloudEvents attribute as it came")]


class RequestRejected(Value):
    """Nothing came into being. `reason` is a code of `contracts.reasons`, `pointer` a JSON pointer into `data`."""

    request_id: Attribute
    request_type: Attribute
    reason: ReasonCode
    detail: Sentence
    order_id: Id | None = None
    pointer: Pointer | None = None
