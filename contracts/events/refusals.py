"""The answer to a request that cannot be acted on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.shared_fields import ReasonCode
from contracts.values import Id, Short, Value

Attribute = Annotated[str, Field(max_length=512)]


class RequestRejected(Value):
    """A request cannot be acted on: nothing came into being, or changed."""

    request_id: Attribute = Field(description="The `ce-id` of the request, its first 200 characters.")
    request_type: Attribute = Field(description="The `ce-type` of the request, its first 200 characters.")
    reason: ReasonCode = Field(description="Why it was rejected, as a reason code.")
    detail: Short = Field(description="One sentence for the developer of the app, without personal data.")
    order_id: Id | None = Field(
        default=None, description="The order that the request named; absent: none, or not readable."
    )
    pointer: Short | None = Field(
        default=None,
        description="The field of the request's data that is wrong, as a JSON pointer (RFC 6901); absent: "
        "no single field.",
    )
