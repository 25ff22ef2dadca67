"""Chooses the language of a text: Indonesian, English or Chinese."""

from __future__ import annotations

from services.notifications.domain.audience.table import CUSTOMER, RECIPIENT

INDONESIAN, ENGLISH, CHINESE = "id", "en", "zh"
LANGUAGES = (INDONESIAN, ENGLISH, CHINESE)
# Drivers, merchants and agencies are the regency's own people; guests may come from anywhere.
FOR_GUESTS = frozenset({CUSTOMER, RECIPIENT})
# Speakers of Using, Javanese, Madurese, Balinese, Sundanese and Malay read Indonesian rather than English.
NEAR_INDONESIAN = frozenset({"in", "jv", "mad", "ms", "osi", "su", "ban"})
NEAR_CHINESE = frozenset({"cmn", "yue", "nan", "hak"})


def languages_of(audience: str) -> tuple[str, ...]:
    """The languages that texts for this audience exist in."""
    return LANGUAGES if audience in FOR_GUESTS else (INDONESIAN, ENGLISH)


def is_ours(locale: str) -> bool:
    """Whether a reader with this BCP 47 tag gets a text in their own language or a closely related one."""
    return locale.partition("-")[0].lower() in {*LANGUAGES, *NEAR_INDONESIAN, *NEAR_CHINESE}


def language_of(locale: str, audience: str = CUSTOMER) -> str:
    """`id`, `en` or `zh` for a BCP 47 tag; English for any other language."""
    language = locale.partition("-")[0].lower()
    if language in NEAR_CHINESE:
        language = CHINESE
    if language in languages_of(audience):
        return language
    return INDONESIAN if language in NEAR_INDONESIAN else ENGLISH


def in_language(texts: dict[str, str] | None, language: str) -> str | None:
    """The text in this language, else in English, Indonesian or any other; None if there is no text."""
    if not texts:
        return None
    for wanted in (language, ENGLISH, INDONESIAN):
        for tag, text in texts.items():
            if tag.partition("-")[0].lower() == wanted:
                return text
    return next(iter(texts.values()))
