"""Ids, money, times, degrees and texts: single values with their form, and what is allowed in them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, PlainSerializer

from contracts.notation import DISTRICT_PATTERN, ID_PATTERN, rfc3339, to_utc

LOCALE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

FORMS: dict[str, str] = {
    ID_PATTERN: "id",
    DISTRICT_PATTERN: "district code",
    LOCALE_PATTERN: "language tag",
}
"""Pattern → the name of the form, for pages that people read; the AsyncAPI document explains each name."""

_DATE_FIRST = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")


def _only_text(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE_FIRST.match(value)):
        return value
    message = "a time must be RFC 3339 text"
    raise ValueError(message)


def _in_utc(moment: datetime) -> datetime:
    try:
        return to_utc(moment)
    except OverflowError:
        message = "the time is out of range"
        raise ValueError(message) from None


Id = Annotated[str, Field(pattern=ID_PATTERN)]
"""An id: 1 to 64 characters A-Z a-z 0-9 _ -, chosen by the writer that creates the thing."""
Rupiah = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
"""Money in whole rupiah."""
DistrictCode = Annotated[str, Field(pattern=DISTRICT_PATTERN)]
"""A district by the code of the Ministry of Home Affairs, e.g. 35.10.16."""
UtcTime = Annotated[
    AwareDatetime,
    BeforeValidator(_only_text, json_schema_input_type=datetime),
    AfterValidator(_in_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
]
"""An instant: read as RFC 3339 text with an offset, written in UTC to the millisecond."""
Day = Annotated[date, PlainSerializer(date.isoformat, return_type=str)]
"""A calendar day in the local time of the regency (UTC+7)."""
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Short = Annotated[str, Field(max_length=200)]
"""A short text or a code."""
Note = Annotated[str, Field(max_length=1000)]
"""A text that people write for people."""
Locale = Annotated[str, Field(pattern=LOCALE_PATTERN, max_length=35)]
"""A language as a BCP 47 tag, e.g. id, en, zh-TW."""
Texts = dict[str, str]
"""Language tag → the text in that language."""
