"""Whether the table of who is told what can be kept: found out at the start, not when somebody should be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from services.notifications.domain.audience.language import languages_of
from services.notifications.domain.audience.table import AUDIENCES, CHANNELS, Row

Table = Mapping[str, Mapping[str, Row]]
Has = Callable[[str, str, str], bool]


class TableWrong(ValueError):  # noqa: N818  says what happened
    """Rows that nobody could keep."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("who is told what: " + "; ".join(findings))
        self.findings = findings


def check_table(table: Table, has: Has) -> None:
    """`has`: whether a text exists (template, audience, language). Raises `TableWrong` with everything that is wrong."""
    findings = list(_findings(table, has))
    if findings:
        raise TableWrong(findings)


def _findings(table: Table, has: Has) -> Iterator[str]:
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
