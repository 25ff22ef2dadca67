"""Which of our languages a person reads."""

from __future__ import annotations

INDONESIAN, ENGLISH = "id", "en"
LANGUAGES = (INDONESIAN, ENGLISH)
# Who speaks Using, Javanese, Madurese, Balinese, Sundanese or Malay reads Indonesian rather than English.
NEAR_INDONESIAN = frozenset({"in", "jv", "mad", "ms", "osi", "su", "ban"})


def language_of(locale: str) -> str:
    """`id` or `en` for a BCP 47 tag; guests from elsewhere read English."""
    language = locale.partition("-")[0].lower()
    if language in LANGUAGES:
        return language
    return INDONESIAN if language in NEAR_INDONESIAN else ENGLISH


def in_language(texts: dict[str, str] | None, language: str) -> str | None:
    """The text in this language, else in another of ours, else any; None when there is none."""
    if not texts:
        return None
    for wanted in (language, *LANGUAGES):
        for tag, text in texts.items():
            if tag.partition("-")[0].lower() == wanted:
                return text
    return next(iter(texts.values()))
