"""Every text for every audience, as documents; `python -m tests.support.texts` writes the golden files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from contracts.registry import CONTRACTS
from services.notifications.adapters.texts.templates import JinjaTexts
from services.notifications.domain.audience.language import languages_of
from services.notifications.domain.audience.table import AUDIENCE_TABLE, AUDIENCES
from services.notifications.sending.examples import written_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.notifications.ports import Text

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "unit" / "notifications" / "golden"
TEXTS = JinjaTexts("Asia/Jakarta")
CODE = "407193"


def texts_of(event_type: str, audience: str, language: str) -> list[Text]:
    """The texts of one row, one for each wording, to Sarah."""
    return written_for(TEXTS, event_type, audience, language, CODE, "Sarah")


ALL = [
    (event_type, audience, language, wording)
    for event_type, rows in AUDIENCE_TABLE.items()
    for audience in rows
    for language in languages_of(audience)
    if event_type in CONTRACTS
    for wording in range(len(texts_of(event_type, audience, language)))
]
DOCUMENTS = [(language, audience) for audience in AUDIENCES for language in languages_of(audience)]


def text_of(event_type: str, audience: str, language: str, wording: int = 0) -> Text:
    """One of them."""
    return texts_of(event_type, audience, language)[wording]


def document(language: str, audience: str) -> str:
    """All texts for the audience, in all forms but HTML."""
    return "\n".join(_chapter(*row) for row in ALL if row[1:3] == (audience, language))


def golden_files() -> Iterator[tuple[Path, str]]:
    """Each golden file and what it should hold."""
    for language, audience in DOCUMENTS:
        yield GOLDEN / language / f"{audience}.txt", document(language, audience)
    for language in languages_of("customer"):
        yield GOLDEN / language / "mail.html", text_of("order.completed.v1", "customer", language).html


def _chapter(event_type: str, audience: str, language: str, wording: int) -> str:
    text = text_of(event_type, audience, language, wording)
    approved = text.approved
    whatsapp = f"{approved.name} ({approved.language}): {approved.wording}\n{' | '.join(approved.values)}"
    short = f"# push, SMS\n{text.sms}\n\n# WhatsApp\n{whatsapp}"
    return f"════ {event_type}\n\n{short}\n\n# mail\n{text.subject}\n\n{text.body}"


def main() -> None:
    """Write them all."""
    for path, content in golden_files():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")


if __name__ == "__main__":
    main()
