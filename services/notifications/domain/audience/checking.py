"""Checks the audience table when the service starts, before a notification would fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from services.notifications.domain.audience.language import languages_of
from services.notifications.domain.audience.table import AUDIENCES, CHANNELS, Table

HasText = Callable[[str, str, str], bool]


class TableWrong(ValueError):  # noqa: N818  says what happened
    """Rows that cannot be sent. `findings`: one sentence each."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("who is told what: " + "; ".join(findings))
        self.findings = findings


def check_table(table: Table, has: HasText) -> None:
    """Raise `TableWrong` with every wrong row.

    `has`: whether a text exists (template, audience, language).
    """
    findings = list(_findings(table, has))
    if findings:
        raise TableWrong(findings)


def _findings(table: Table, has: HasText) -> Iterator[str]:
    for event_type, rows in table.items():
        for audience, row in rows.items():
            where = f"{event_type} for {audience}"
            if audience not in AUDIENCES:
                yield f"{where}: no such audience"
                continue
            if (
                not row.channels
                or len(set(row.channels)) != len(row.channels)
                or not set(row.channels) <= set(CHANNELS)
            ):
                yield f"{where}: channels {', '.join(row.channels) or 'missing'}"
            for language in languages_of(audience):
                if not has(row.template, audience, language):
                    yield f"{where}: no text in {language}"
