"""Which of our languages a person reads."""

from __future__ import annotations

from services.notifications.domain.audience.table import CUSTOMER, RECIPIENT

INDONESIAN, ENGLISH, CHINESE = "id", "en", "zh"
LANGUAGES = (INDONESIAN, ENGLISH, CHINESE)
# Drivers, warungs and agencies are the regency's own people; guests may come from anywhere.
FOR_GUESTS = frozenset({CUSTOMER, RECIPIENT})
# Who speaks Using, Javanese, Madurese, Balinese, Sundanese or Malay reads Indonesian rather than English.
NEAR_INDONESIAN = frozenset({"in", "jv", "mad", "ms", "osi", "su", "ban"})
NEAR_CHINESE = frozenset({"cmn", "yue", "nan", "hak"})


def languages_of(audience: str) -> tuple[str, ...]:
    """The languages in which this audience is written to."""
    return LANGUAGES if audience in FOR_GUESTS else (INDONESIAN, ENGLISH)


def is_ours(locale: str) -> bool:
    """Whether somebody with this BCP 47 tag reads one of our languages, or one so near that he is written to in it."""
    return locale.partition("-")[0].lower() in {*LANGUAGES, *NEAR_INDONESIAN, *NEAR_CHINESE}


def language_of(locale: str, audience: str = CUSTOMER) -> str:
    """`id`, `en` or `zh` for a BCP 47 tag; guests from elsewhere read English."""
    language = locale.partition("-")[0].lower()
    if language in NEAR_CHINESE:
        language = CHINESE
    if language in languages_of(audience):
        return language
    return INDONESIAN if language in NEAR_INDONESIAN else ENGLISH


def in_language(texts: dict[str, str] | None, language: str) -> str | None:
    """The text in this language, else in English, Indonesian or any; None when there is none."""
    if not texts:
        return None
    for wanted in (language, ENGLISH, INDONESIAN):
        for tag, text in texts.items():
            if tag.partition("-")[0].lower() == wanted:
                return text
    return next(iter(texts.values()))
