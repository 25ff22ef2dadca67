"""Formats money and times as each language writes them, in local time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from services.notifications.domain.audience.language import CHINESE, ENGLISH, INDONESIAN

MONEY = {INDONESIAN: "Rp{}", ENGLISH: "Rp{}", CHINESE: "{}印尼盾"}
# WIB (Western Indonesian Time) is what residents write; guests read the name of the place.
CLOCK = {INDONESIAN: "{} WIB", ENGLISH: "{} (Banyuwangi time)", CHINESE: "{}（外南梦时间）"}  # noqa: RUF001  Chinese brackets
DAY = {INDONESIAN: "EEEE, d MMMM", ENGLISH: "EEEE, d MMMM", CHINESE: "M月d日EEEE"}
MOMENT = {INDONESIAN: "{day} pukul {clock}", ENGLISH: "{day} at {clock}", CHINESE: "{day}{clock}"}


def filters(language: str, zone: ZoneInfo) -> dict[str, Callable[..., Any]]:
    """The Jinja filters of one language."""
    return {
        "rupiah": partial(_rupiah, language=language),
        "clock": partial(_clock, language=language, zone=zone),
        "moment": partial(_moment, language=language, zone=zone),
    }


def _rupiah(amount: int, *, language: str) -> str:
    """`Rp15.000` in Indonesian, `Rp15,000` in English."""
    return MONEY[language].format(format_decimal(amount, locale=language))


def _clock(moment: datetime, *, language: str, zone: ZoneInfo) -> str:
    """`08.17 WIB`, `8:17 AM (Banyuwangi time)`; with plain spaces, which every mail program shows."""
    written = format_time(moment, "short", tzinfo=zone, locale=language).replace("\u202f", " ")
    return CLOCK[language].format(written)


def _moment(moment: datetime, *, language: str, zone: ZoneInfo) -> str:
    """`Sabtu, 28 November pukul 01.00 WIB`."""
    day = format_date(moment.astimezone(zone), DAY[language], locale=language)
    return MOMENT[language].format(day=day, clock=_clock(moment, language=language, zone=zone))
