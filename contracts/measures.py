"""Numbers and codes inside events, each with its unit or its meaning."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.values import Role, Short, Texts

Attempt = Annotated[int, Field(description="which search of the order it is, counted from 1")]
Seconds = Annotated[int, Field(description="seconds")]
Metres = Annotated[int, Field(description="metres along the estimated road")]
ReasonCode = Annotated[Short, Field(description="a reason code; the list may grow")]
Audience = Annotated[
    list[Role | str], Field(description="who is to be told of it: customer, driver, merchant, agency …")
]
PerLocale = Annotated[Texts, Field(description="BCP 47 tag → text in that language")]
Pointer = Annotated[Short, Field(description="RFC 6901 JSON pointer into the request's data")]
Sentence = Annotated[Short, Field(description="one sentence for a developer, without personal data")]
EventId = Annotated[Short, Field(description="the CloudEvents id of the event it tells of")]
